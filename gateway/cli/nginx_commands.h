#pragma once

#include <optional>
#include <string>

namespace session::gateway {

// The commands that help to write nginx's side. What they answer goes to standard output, what is wrong to
// standard error.

// Prints the files for nginx to include, made for a configuration (without a file: for the defaults): each
// below a comment that names it. With `output`: writes them into that directory, and prints their paths; a
// file there that differs is in the way unless `force`. Returns the exit status: 0, or 1 for what the
// operator has to mend.
int print_nginx(const std::optional<std::string>& config_file, const std::optional<std::string>& output,
                bool force);

}  // namespace session::gateway
