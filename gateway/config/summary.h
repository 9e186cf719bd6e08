#pragma once

#include <string>

#include "gateway/config/settings.h"

namespace session::gateway {

// What a gateway was started with, as one line for the log: no secrets, and no paths or addresses with any in
// them.
[[nodiscard]] std::string summary(const Settings& settings);

}  // namespace session::gateway
