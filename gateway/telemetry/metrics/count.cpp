#include "gateway/telemetry/metrics/count.h"

#include "gateway/telemetry/metrics/request_labels.h"

namespace session::gateway {
namespace {

Count id_change(std::string_view cause) {
  if (cause == SessionEvent::kLogin) return Count::session_id_login;
  return cause == SessionEvent::kRights ? Count::session_id_rights : Count::session_id_asked;
}

Count end_of(std::string_view cause) {
  if (cause == SessionEvent::kAdmin) return Count::session_ended_admin;
  return cause == SessionEvent::kLimit ? Count::session_ended_limit : Count::session_destroyed;
}

void count_event(ThreadCounters& counters, const SessionEvent& event) {
  switch (event.kind) {
    case SessionEvent::Kind::created:
      return counters.count(Count::session_new);
    case SessionEvent::Kind::moved:
      return counters.count(Count::session_moved);
    case SessionEvent::Kind::regenerated:
      return counters.count(id_change(event.cause));
    case SessionEvent::Kind::destroyed:
      return counters.count(end_of(event.cause));
    case SessionEvent::Kind::imported:
      return counters.add(layout::of(Count::session_imported), event.count);
    case SessionEvent::Kind::exported:
    case SessionEvent::Kind::viewed:
      return;
    case SessionEvent::Kind::refused:
      return;  // counted by the reason of the response
  }
}

}  // namespace

void count_request(ThreadCounters& counters, EndpointId endpoint, const Response& response,
                   Clock::Steady::duration took) noexcept {
  const RequestOutcome outcome = outcome_of(response.status, response.reason);
  counters.add(layout::request(endpoint, outcome));
  counters.time(layout::request_time(endpoint), nanos_of(took));
  if (outcome != RequestOutcome::ok) counters.add(layout::refusal(reason_index(response.reason)));
  for (const SessionEvent& event : response.events) count_event(counters, event);
}

}  // namespace session::gateway
