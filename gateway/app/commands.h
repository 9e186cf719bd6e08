#pragma once

#include <optional>
#include <string>

namespace session::gateway {

// The commands of the program. Each returns the exit status: 0, or 1 for a problem that the operator must
// fix. Results go to standard output, problems to standard error.

// Whether a core dump of the process can be made, which would hold keys and sessions. Where it can't, only
// root can trace the process.
enum class CoreDumps { forbidden, allowed };

// Serves until SIGTERM or SIGINT. Without a file it uses the defaults.
int serve(const std::optional<std::string>& config_file, CoreDumps core_dumps);

// Prints a new random secret for `keys` or `salt`.
int new_key();

}  // namespace session::gateway
