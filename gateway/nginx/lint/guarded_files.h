#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gateway/nginx/lint/rule.h"

namespace session::gateway {

// A protected location that serves files, or keeps answers or bodies of requests in files, and one of these.
struct Guarded {
  const Context* location;
  std::string file;
};

// Returns the protected locations that serve files; of several with the same files and
// the same check the first.
[[nodiscard]] std::vector<Guarded> guarded_files(const Inspection& in);

// Whether a location refuses everybody by a `return`, whatever its check says. No other place is to show what
// it keeps from all.
[[nodiscard]] bool refuses_everybody(const Context& location);

// Returns the directory in which nginx leaves the bodies of a place's requests (client_body_in_file_only),
// with a slash at its end. nullopt: it leaves none, or where is unknown.
[[nodiscard]] std::optional<std::string> directory_of_bodies(const Context& place);

// Returns the places of a server that serve files, whatever they ask of clients: the server outside of its
// locations, and such locations.
[[nodiscard]] std::vector<const Context*> serving_places(const Context& server);

// Returns those of them that have no check.
[[nodiscard]] std::vector<const Context*> open_places(const Context& server);

}  // namespace session::gateway
