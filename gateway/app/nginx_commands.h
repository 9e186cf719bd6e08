#pragma once

#include <optional>
#include <string>

#include "gateway/app/config_choice.h"

namespace session::gateway {

// The commands that help to write nginx's side. What they answer goes to standard output; what is wrong, and
// which configuration they read if nobody has said which, to standard error.

// Prints the files for nginx to include, made for a configuration: each
// below a comment that names it. With `output`: writes them into that directory, and prints their paths; a
// file there that differs is in the way unless `force`. Returns the exit status: 0, or 1 for what the
// operator has to mend.
int print_nginx(const ConfigChoice& configuration_file, const std::optional<std::string>& output, bool force);

// Prints what breaks protection in an nginx configuration, read with all that it includes: each finding with
// its file and line, what is wrong, and the line to write instead. Headers and rules are those of the
// gateway's configuration. Returns the exit status: 0 nothing was found, 1
// something was, 2 one of the files can't be read.
int lint_nginx(const std::string& nginx_file, const ConfigChoice& configuration_file);

}  // namespace session::gateway
