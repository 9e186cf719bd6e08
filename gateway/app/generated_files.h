#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gateway/app/config_choice.h"
#include "gateway/config/settings.h"
#include "gateway/nginx/snippets/snippets.h"

namespace session::gateway {

// What the commands share that write configurations of web servers.

// Reads the chosen configuration. Prints first which one it is, unless the operator has chosen it. nullopt:
// it can't be used, and its problems have been printed.
[[nodiscard]] std::optional<Settings> settings_of(const ConfigChoice& choice);

// Where --output leads, without the last slash; empty without it. A path that has no absolute one is left as
// it is: writing there says why.
[[nodiscard]] std::string output_directory(const std::optional<std::string>& output);

// Prints the files, each below a comment that names it unless it is the only one, and no secret. With
// `output` it writes them into that directory instead and prints their paths; a different file there is an
// error unless `force` is given. Returns the exit status.
int hand_out(const std::vector<Snippet>& files, const std::optional<std::string>& output, bool force);

}  // namespace session::gateway
