#include "gateway/endpoints/session_refusals.h"

#include "gateway/endpoints/corrupt_record.h"
#include "gateway/endpoints/events.h"
#include "gateway/http/problem.h"

namespace session::gateway {

Response session_unavailable(const StoreFailure& failure, Log& log) {
  log.error(Message::session_without_store, "a session request failed in the store: {}", failure.detail);
  return unavailable(failure);
}

Response no_session(const SessionManager::Opened& opened, WorkerTelemetry& telemetry) {
  warn_of_corrupt_record(opened.named().corrupt_record, telemetry);
  Response response = refused(opened.refusal);
  add_refusal(response.events, opened.refusal, opened.named().name);
  return response;
}

Response denied(std::string_view reason, std::string_view detail) {
  Response response = problem(403, reason, detail);
  add_refusal(response.events, response.reason);
  return response;
}

}  // namespace session::gateway
