#include "gateway/endpoints/events.h"

#include <iterator>
#include <utility>

namespace session::gateway {

void add_refusal(Events& events, RejectReason refusal, std::string session, std::string subject) {
  if (refusal != RejectReason::absent)
    add_refusal(events, to_text(refusal), std::move(session), std::move(subject));
}

void add_refusal(Events& events, std::string_view reason, std::string session, std::string subject) {
  events.push_back({SessionEvent::Kind::refused, reason, std::move(session), std::move(subject)});
}

Response with_events(Response response, Events events) {
  response.events.insert(response.events.begin(), std::make_move_iterator(events.begin()),
                         std::make_move_iterator(events.end()));
  return response;
}

}  // namespace session::gateway
