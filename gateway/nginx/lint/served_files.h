#pragma once

#include <optional>
#include <string>

#include "gateway/nginx/model/model.h"

namespace session::gateway {

// The file names that a place makes of addresses: `root` and the address, or `alias` and what the address has
// behind the location's name.
struct FilePrefix {
  std::string directory;            // as written, so it may end within a name: /srv/img
  std::string name;                 // what the address begins with: "" for root, or the location's name
  const Directive* line = nullptr;  // root or alias
};

// Returns what a location, or a server outside of its locations, serves files of. nullopt: it has neither
// root nor alias, a variable in it, or an alias beside a pattern.
[[nodiscard]] std::optional<FilePrefix> file_prefix(const Context& context);

// Returns a path without . and .. and double slashes. Symbolic links are not followed.
[[nodiscard]] std::string normalised_path(const std::string& name);

// Returns the name of the file that a place serves for a path, without . and .. and double slashes. nullopt:
// unknown.
[[nodiscard]] std::optional<std::string> file_of(const Context& context, const std::string& path);

}  // namespace session::gateway
