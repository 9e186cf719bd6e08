#pragma once

#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "core/session/actions.h"
#include "gateway/endpoints/endpoint.h"
#include "gateway/endpoints/events.h"

namespace session::gateway {

// The outcomes of a request's actions.
struct Done {
  Session session;  // after the actions
};
struct NoSession {
  RejectReason reason;                    // why there was no session
  std::optional<std::string> set_cookie;  // removes the browser's invalid cookie, if `destroy` was asked for
};
// The cookie was revoked, and the session was destroyed under its newer id.
struct EndedSuccessor {
  std::string set_cookie;
};
using ActionOutcome = std::variant<Done, NoSession, EndedSuccessor, WriteFailure>;
struct Applied {
  ActionOutcome outcome;
  Events events;  // the changes to sessions, whatever the outcome is
};

// Opens the session that the cookies name, or creates one if an attribute is to be set; then applies the
// actions and writes. With a `revoked` cookie a session is created only for a login, because its cookie would
// overwrite the newer one that the browser is about to get. REQUIRES: the actions have no contradiction. The
// texts that the arguments view must outlive the task.
Task<Applied> apply_actions(Actions actions, std::span<const std::string_view> cookies, Touch touch,
                            Services& services);

// Returns why a session was not written, for the log.
[[nodiscard]] std::string for_log(const WriteFailure& failure);

}  // namespace session::gateway
