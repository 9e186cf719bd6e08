#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/format/reject_reason.h"
#include "core/record/session_event.h"
#include "gateway/http/response.h"

namespace session::gateway {

// What happened to sessions, and what was refused, as events for the operator (Response::events).
using Events = std::vector<SessionEvent>;

void add_changes(Events& events, const std::vector<SessionChange>& history);

// A cookie of ours that was refused. Not if there was none: that is every visitor who has not logged in, and
// nothing was refused. `name`: what stands in logs for the session that it names; empty: not known.
void add_refusal(Events& events, RejectReason refusal, std::string name);

// A request that was refused for another reason, which is static text.
void add_refusal(Events& events, std::string_view reason, std::string name = {}, std::string subject = {});

// The answer with these events before its own.
[[nodiscard]] Response with_events(Response response, Events events);

}  // namespace session::gateway
