#pragma once

#include <string_view>

#include "core/session/session_manager.h"
#include "gateway/http/response.h"
#include "gateway/telemetry/worker_telemetry.h"

namespace session::gateway {

// What the endpoints that show sessions to their users answer when they can't, and what they tell the
// operator.

// The store can't answer: 503, and a line in the log.
[[nodiscard]] Response session_unavailable(const StoreFailure& failure, Log& log);
// The request has no session: 401 with the reason. REQUIRES: `opened` has none.
[[nodiscard]] Response no_session(const SessionManager::Opened& opened, WorkerTelemetry& telemetry);
// The request is refused: 403. REQUIRES: `reason` is static text.
[[nodiscard]] Response denied(std::string_view reason, std::string_view detail);

}  // namespace session::gateway
