#pragma once

#include <string_view>

namespace session::gateway {

// Runs the command that the command line names, and returns the exit status. A command line that is wrong
// runs nothing: standard error says what is wrong with it, with the nearest name that there is. `commit` is
// what --version says besides the version; empty: nothing.
[[nodiscard]] int run_command_line(int argc, const char* const* argv, std::string_view commit);

}  // namespace session::gateway
