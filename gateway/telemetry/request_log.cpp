#include "gateway/telemetry/request_log.h"

#include <chrono>

namespace session::gateway {
namespace {

void log_request(const Log& log, const AuditedRequest& request, const Response& response,
                 Clock::Steady::duration took) {
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(took).count();
  const std::string_view reason = response.reason.empty() ? "done" : response.reason;
  const std::string_view id = request_id(request.request);
  log.debug("request {}: {} answered {} ({}) in {} us", id.empty() ? "-" : id, request.endpoint,
            response.status, reason, us);
}

}  // namespace

void record_request(WorkerTelemetry& telemetry, EndpointId endpoint, const AuditedRequest& request,
                    const Response& response, Clock::Steady::duration took) {
  if (!response.events.empty()) telemetry.audit().record(request, response.events);
  if (telemetry.log().enabled(LogLevel::debug)) log_request(telemetry.log(), request, response, took);
  // Last: what throws before this is counted as the 500 that comes of it.
  telemetry.count_request(endpoint, response, took);
}

}  // namespace session::gateway
