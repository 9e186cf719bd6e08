#pragma once

#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "core/session/actions.h"
#include "gateway/endpoints/endpoint.h"
#include "gateway/endpoints/events.h"

namespace session::gateway {

// What became of a request's actions.
struct Done {
  Session session;  // after the actions
};
struct NoSession {
  RejectReason reason;                    // why there was none to act on
  std::optional<std::string> set_cookie;  // takes the browser's useless cookie away, after a wish to destroy
};
// The session was destroyed under the id that it had got since the browser sent its cookie.
struct EndedSuccessor {
  std::string set_cookie;
};
using ActionOutcome = std::variant<Done, NoSession, EndedSuccessor, WriteFailure>;
struct Applied {
  ActionOutcome outcome;
  Events events;  // what happened to sessions meanwhile, whatever the outcome
};

// Opens the session that the cookies name, or begins one if something is to be set, applies the actions and
// writes. With a `revoked` cookie one begins only if somebody logs in: the browser has a newer cookie under
// way, which a new session's would overwrite. REQUIRES: actions without contradiction. What the arguments
// view is the caller's until the task ends.
Task<Applied> apply_actions(Actions actions, std::span<const std::string_view> cookies, Touch touch,
                            Services& services);

// Why a session was not written, for the log.
[[nodiscard]] std::string for_log(const WriteFailure& failure);

}  // namespace session::gateway
