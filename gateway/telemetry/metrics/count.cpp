#include "gateway/telemetry/metrics/count.h"

#include "gateway/telemetry/metrics/counter_registry.h"
#include "gateway/telemetry/metrics/request_labels.h"

namespace session::gateway {
namespace {

void count_event(ThreadCounters& counters, const SessionEvent& event) {
  switch (event.kind) {
    case SessionEvent::Kind::created:
      return counters.count(Count::session_new);
    case SessionEvent::Kind::moved:
      return counters.count(Count::session_moved);
    case SessionEvent::Kind::regenerated:
      return counters.count(event.cause == "login" ? Count::session_id_login : Count::session_id_asked);
    case SessionEvent::Kind::destroyed:
      return counters.count(Count::session_destroyed);
    case SessionEvent::Kind::refused:
      return;  // the answer's reason is counted
  }
}

}  // namespace

void count_request(std::string_view endpoint, const Response& response,
                   Clock::Steady::duration took) noexcept {
  ThreadCounters& counters = CounterRegistry::here();
  const std::size_t index = endpoint_index(endpoint);
  const Outcome outcome = outcome_of(response.status);
  counters.add(layout::request(index, outcome));
  counters.time(layout::request_time(index), nanos_of(took));
  if (outcome != Outcome::ok) counters.add(layout::refusal(reason_index(response.reason)));
  for (const SessionEvent& event : response.events) count_event(counters, event);
}

void CountedCommands::observe(StoreCommand command, Clock::Steady::duration took, bool ok) noexcept {
  CounterRegistry::here().time(layout::store_time(command, ok), nanos_of(took));
}

}  // namespace session::gateway
