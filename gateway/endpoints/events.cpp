#include "gateway/endpoints/events.h"

#include <iterator>
#include <utility>

namespace session::gateway {
namespace {

struct Told {
  SessionEvent::Kind kind;
  std::string_view cause = {};
};

Told told(SessionChange::Kind kind) {
  switch (kind) {
    case SessionChange::Kind::created:
      return {SessionEvent::Kind::created};
    case SessionChange::Kind::logged_in:
      return {SessionEvent::Kind::regenerated, "login"};
    case SessionChange::Kind::regenerated:
      return {SessionEvent::Kind::regenerated, "asked"};
    case SessionChange::Kind::moved:
      return {SessionEvent::Kind::moved};
    case SessionChange::Kind::ended:
      break;
  }
  return {SessionEvent::Kind::destroyed};
}

}  // namespace

void add_changes(Events& events, const std::vector<SessionChange>& history) {
  for (const SessionChange& change : history) {
    const auto [kind, cause] = told(change.kind);
    events.push_back({kind, cause, change.name, change.subject, change.former});
  }
}

void add_refusal(Events& events, RejectReason refusal, std::string name) {
  if (refusal != RejectReason::absent) add_refusal(events, to_text(refusal), std::move(name));
}

void add_refusal(Events& events, std::string_view reason, std::string name, std::string subject) {
  events.push_back({SessionEvent::Kind::refused, reason, std::move(name), std::move(subject), {}});
}

Response with_events(Response response, Events events) {
  response.events.insert(response.events.begin(), std::make_move_iterator(events.begin()),
                         std::make_move_iterator(events.end()));
  return response;
}

}  // namespace session::gateway
