#pragma once

#include <optional>
#include <string>

#include "gateway/app/config_choice.h"

namespace session::gateway {

// The commands for nginx's configuration. Results go to standard output; problems, and the name of a
// configuration that the command line did not choose, go to standard error.

// Prints the files for nginx to include, made for a configuration, each below a comment that names it. With
// `output` it writes them into that directory instead and prints their paths; a different file there is an
// error unless `force` is given. Returns the exit status: 0, or 1 for a problem that the operator must fix.
int print_nginx(const ConfigChoice& configuration_file, const std::optional<std::string>& output, bool force);

// Prints what breaks protection in an nginx configuration, read with all that it includes: each finding with
// its file and line, what is wrong, and the line to write instead. Headers and rules are those of the
// gateway's configuration. With `json` one JSON object (render_json()). Returns the exit status: 0 for no
// findings, 1 for findings, and if a file can't be read.
int lint_nginx(const std::string& nginx_file, const ConfigChoice& configuration_file, bool json);

}  // namespace session::gateway
