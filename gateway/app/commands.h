#pragma once

#include <optional>
#include <string>

namespace session::gateway {

// The commands of the program. Each returns the exit status: 0, or 1 for what the operator has to mend. What
// they answer goes to standard output, what is wrong to standard error.

// Serves until SIGTERM or SIGINT. Without a file: with the defaults.
int serve(const std::optional<std::string>& config_file);

// Says all that is wrong with a configuration file, and starts nothing.
int check_config(const std::string& config_file);

// Prints a new random secret, fit for `keys` and `salt`.
int new_key();

}  // namespace session::gateway
