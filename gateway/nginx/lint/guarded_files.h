#pragma once

#include <string>
#include <vector>

#include "gateway/nginx/lint/rule.h"

namespace session::gateway {

// A protected location that serves files, and one of its files.
struct Guarded {
  const Context* location;
  std::string file;
};

// Returns the protected locations that serve files; of several with the same files the first.
[[nodiscard]] std::vector<Guarded> guarded_files(const Inspection& in);

// Returns the places of a server that serve files without a check: the server outside of its locations, and
// such locations.
[[nodiscard]] std::vector<const Context*> open_places(const Context& server);

}  // namespace session::gateway
