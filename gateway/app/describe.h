#pragma once

#include <CLI/CLI.hpp>

#include "gateway/completion/command_spec.h"

namespace session::gateway {

// The commands, options and arguments of the parser itself, so that completion can offer nothing else. What a
// value can be is told by the name of its type: FILE and ADDRESS are paths of files, DIRECTORY is that of a
// directory, and a set such as {bash,zsh} (one_of) lists the words.
[[nodiscard]] CommandSpec describe(const CLI::App& app);

}  // namespace session::gateway
