#pragma once

#include <string>

#include "gateway/config/settings.h"

namespace session::gateway {

// The settings of a gateway as one line for the log, without secrets and without paths or addresses that may
// contain some.
[[nodiscard]] std::string summary(const Settings& settings);

}  // namespace session::gateway
