#pragma once

#include <string>

#include "gateway/completion/command_spec.h"

namespace session::gateway {

// The script that completes a program's command line in a shell: commands, options, and what their values can
// be. Each is one that the shell reads by itself from its folder for completions, and one that can be
// sourced.
[[nodiscard]] std::string bash_completion(const CommandSpec& program);
[[nodiscard]] std::string zsh_completion(const CommandSpec& program);
[[nodiscard]] std::string fish_completion(const CommandSpec& program);

}  // namespace session::gateway
