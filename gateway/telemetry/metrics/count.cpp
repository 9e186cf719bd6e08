#include "gateway/telemetry/metrics/count.h"

#include "gateway/telemetry/metrics/request_labels.h"
#include "gateway/telemetry/metrics/counter_registry.h"

namespace session::gateway {
namespace {

void count_event(Tally& tally, const SessionEvent& event) {
  switch (event.kind) {
    case SessionEvent::Kind::created:
      return tally.count(Count::session_new);
    case SessionEvent::Kind::moved:
      return tally.count(Count::session_moved);
    case SessionEvent::Kind::regenerated:
      return tally.count(event.cause == "login" ? Count::session_id_login : Count::session_id_asked);
    case SessionEvent::Kind::destroyed:
      return tally.count(Count::session_destroyed);
    case SessionEvent::Kind::refused:
      return;  // the answer's reason is counted
  }
}

}  // namespace

void count_request(std::string_view endpoint, const Response& response,
                   Clock::Steady::duration took) noexcept {
  Tally& tally = Tallies::here();
  const std::size_t index = endpoint_index(endpoint);
  const Outcome outcome = outcome_of(response.status);
  tally.add(slots::request(index, outcome));
  tally.time(slots::request_time(index), nanos_of(took));
  if (outcome != Outcome::ok) tally.add(slots::refusal(reason_index(response.reason)));
  for (const SessionEvent& event : response.events) count_event(tally, event);
}

void CountedCommands::observe(StoreCommand command, Clock::Steady::duration took, bool ok) noexcept {
  Tallies::here().time(slots::store_time(command, ok), nanos_of(took));
}

}  // namespace session::gateway
