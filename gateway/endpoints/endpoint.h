#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "core/authz/rule_set.h"
#include "core/session/session_manager.h"
#include "gateway/config/settings.h"
#include "gateway/http/request.h"
#include "gateway/http/response.h"

namespace session::gateway {

// What endpoints work with: one of these per worker.
struct Services {
  SessionManager& sessions;
  Store& store;
  const RuleBook& rules;
  FlushMode flush = FlushMode::wait;
  // Runs a task after the answer has gone; the worker waits for it before it stops.
  std::function<void(Task<void>)> in_background;
  // All metrics in Prometheus' text format; nothing where nobody counts.
  std::function<std::string()> metrics = [] { return std::string(); };
};

// Answers one request. The request and the services outlive the task. Errors are answers, too: an endpoint
// throws only for bugs.
using Endpoint = Task<Response> (*)(const Request& request, Services& services);

// The endpoint of that name (the GATEWAY_ENDPOINT param); nullptr if there is none.
[[nodiscard]] Endpoint find_endpoint(std::string_view name);
// The names of all endpoints, kMostEndpoints at most.
[[nodiscard]] std::span<const std::string_view> endpoint_names();
inline constexpr std::size_t kMostEndpoints = 10;

Task<Response> auth_endpoint(const Request& request, Services& services);
Task<Response> session_endpoint(const Request& request, Services& services);
Task<Response> commit_endpoint(const Request& request, Services& services);
Task<Response> health_endpoint(const Request& request, Services& services);
Task<Response> ready_endpoint(const Request& request, Services& services);
Task<Response> metrics_endpoint(const Request& request, Services& services);

// Whether this location extends the session: GATEWAY_TOUCH.
[[nodiscard]] Touch touch_of(const Request& request);

}  // namespace session::gateway
