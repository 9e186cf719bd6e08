#pragma once

#include <functional>

#include "core/authz/rule_set.h"
#include "core/session/session_manager.h"
#include "gateway/config/settings.h"
#include "gateway/telemetry/worker_telemetry.h"

namespace session::gateway {

// The objects that endpoints use, one set per worker and realm. Not thread-safe: for the worker's thread
// only.
struct Services {
  SessionManager& sessions;
  const RuleSet& rules;
  WorkerTelemetry& telemetry;
  FlushMode flush = FlushMode::wait;
  // Runs a task after the response was sent. The worker waits for the task before it stops.
  std::function<void(Task<void>)> in_background = {};
  RedirectHosts redirect_hosts = {};  // commit.redirect_hosts
};

}  // namespace session::gateway
