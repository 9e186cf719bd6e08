#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/format/reject_reason.h"
#include "core/record/session_event.h"
#include "gateway/http/response.h"

namespace session::gateway {

// The changes to sessions and the refusals, in order (Response::events).
using Events = std::vector<SessionEvent>;

// Appends the history of a session (Session::history()). An empty history costs nothing.
inline void add_changes(Events& events, const Events& history) {
  if (!history.empty()) events.insert(events.end(), history.begin(), history.end());
}

// Appends that a session cookie was refused. A request without a cookie is not recorded, because every
// visitor sends such requests before a login. `session`: the LogId of the session that the cookie names;
// empty: not known. `subject`: whose it is, if it lives.
void add_refusal(Events& events, RejectReason refusal, std::string session, std::string subject = {});

// Appends that a request was refused for another reason, which is static text.
void add_refusal(Events& events, std::string_view reason, std::string session = {}, std::string subject = {});

// Returns the response with these events before its own.
[[nodiscard]] Response with_events(Response response, Events events);

}  // namespace session::gateway
