#pragma once

#include <functional>
#include <string>

#include "core/authz/rule_set.h"
#include "core/session/session_manager.h"
#include "gateway/config/settings.h"

namespace session::gateway {

// What endpoints work with: one of these per worker.
struct Services {
  SessionManager& sessions;
  const RuleSet& rules;
  FlushMode flush = FlushMode::wait;
  // Runs a task after the answer has gone; the worker waits for it before it stops.
  std::function<void(Task<void>)> in_background;
  // All metrics in Prometheus' text format; nothing where nobody counts.
  std::function<std::string()> metrics = [] { return std::string(); };
};

}  // namespace session::gateway
