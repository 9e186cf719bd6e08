#pragma once

#include <optional>
#include <string>

namespace session::gateway {

struct CheckRequest {
  std::string file;  // the configuration
  std::optional<std::string> user =
      std::nullopt;    // who must be able to use its files; nullopt: default_user()
  bool store = false;  // whether the store is tried, too
};

// Prints all problems of a configuration file: of its settings, of the files that it names for the user who
// has to read them, and on request of its store, which gets what `ready` does: a write, a read and a delete
// of a key that no session has. Starts nothing. Returns the exit status: 0 fine, 1 a problem, 2 the user
// can't be checked for. Takes no longer than three deadlines of the store.
int check_config(const CheckRequest& request);

}  // namespace session::gateway
