#pragma once

namespace session::gateway {

// Runs the command that the command line names, and returns the exit status. A command line that is wrong
// runs nothing: standard error says what is wrong with it, with the nearest name that there is.
[[nodiscard]] int run_command_line(int argc, const char* const* argv);

}  // namespace session::gateway
