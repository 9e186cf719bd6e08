#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/format/reject_reason.h"
#include "core/record/session_event.h"
#include "gateway/http/response.h"

namespace session::gateway {

// What happened to sessions, and what was refused, in the order in which it happened (Response::events).
using Events = std::vector<SessionEvent>;

// Appends what became of a session (Session::history()). Costs nothing for an empty history.
inline void add_changes(Events& events, const Events& history) {
  if (!history.empty()) events.insert(events.end(), history.begin(), history.end());
}

// Appends that a session cookie was refused. A request without a cookie is not recorded: that is every
// visitor who has not logged in. `session`: the LogId of the session that the cookie names; empty: not known.
void add_refusal(Events& events, RejectReason refusal, std::string session);

// Appends that a request was refused for another reason, which is static text.
void add_refusal(Events& events, std::string_view reason, std::string session = {}, std::string subject = {});

// The answer with these events before its own.
[[nodiscard]] Response with_events(Response response, Events events);

}  // namespace session::gateway
