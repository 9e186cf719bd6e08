#include "gateway/telemetry/request_log.h"

#include <chrono>

#include "gateway/telemetry/audit/audit.h"
#include "gateway/telemetry/log/log.h"
#include "gateway/telemetry/metrics/count.h"

namespace session::gateway {

namespace {

// Of level debug: what each request came to.
void log_request(const Request& request, const Response& response, std::string_view endpoint,
                 Clock::Steady::duration took) {
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(took).count();
  const std::string_view reason = response.reason.empty() ? "done" : response.reason;
  const std::string_view id = request_id(request);
  spdlog::debug("request {}: {} answered {} ({}) in {} us", id.empty() ? "-" : id, endpoint, response.status,
                reason, us);
}

}  // namespace

void record_request(const Request& request, const Response& response, std::string_view endpoint,
                    Clock::Steady::duration took) {
  if (!response.events.empty()) audit(request, response.events, endpoint);
  if (spdlog::should_log(spdlog::level::debug)) log_request(request, response, endpoint, took);
  // Last: what throws before this is counted as the 500 that comes of it.
  count_request(endpoint, response, took);
}

}  // namespace session::gateway
