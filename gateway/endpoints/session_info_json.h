#pragma once

#include "core/json/json.h"
#include "core/session/session_directory.h"

namespace session::gateway {

// What the endpoints `sessions` and `admin` show of a session. Times are Unix seconds; what is not
// known, or the lifetime of all sessions, is null.
[[nodiscard]] Json json_of(const SessionInfo& info);

}  // namespace session::gateway
