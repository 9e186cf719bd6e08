#pragma once

#include <functional>

#include "core/authz/rule_set.h"
#include "core/session/session_manager.h"
#include "gateway/config/settings.h"
#include "gateway/telemetry/worker_telemetry.h"

namespace session::gateway {

// What endpoints work with: one of these per worker and realm. Not thread-safe: for the worker's thread only.
struct Services {
  SessionManager& sessions;
  const RuleSet& rules;
  WorkerTelemetry& telemetry;
  FlushMode flush = FlushMode::wait;
  // Runs a task after the answer has gone; the worker waits for it before it stops.
  std::function<void(Task<void>)> in_background = {};
};

}  // namespace session::gateway
