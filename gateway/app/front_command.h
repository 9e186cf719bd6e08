#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gateway/app/config_choice.h"

namespace session::gateway {

// The fronts that print_front knows.
[[nodiscard]] std::vector<std::string> front_names();

// Prints the configuration of a front, made for a configuration of the gateway, as print_nginx does nginx's
// files. Returns the exit status: 0, or 1 for a problem that the operator must fix. REQUIRES: the name is one
// of front_names().
int print_front(const std::string& name, const ConfigChoice& configuration_file,
                const std::optional<std::string>& output, bool force);

}  // namespace session::gateway
