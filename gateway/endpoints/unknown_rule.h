#pragma once

#include <string_view>

#include "gateway/telemetry/log/log.h"

namespace session::gateway {

// Logs that a location requires a rule that the configuration does not have, and so lets nobody in.
void warn_of_unknown_rule(std::string_view rule, Log& log);

}  // namespace session::gateway
