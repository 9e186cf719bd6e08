#pragma once

#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "core/session/actions.h"
#include "gateway/endpoints/endpoint.h"

namespace session::gateway {

// What became of a request's actions.
struct Done {
  Session session;  // after the actions
};
struct NoSession {
  Refusal reason;                         // why there was none to act on
  std::optional<std::string> set_cookie;  // takes the browser's useless cookie away, after a wish to destroy
};
using Performed = std::variant<Done, NoSession, StoreFailure, WriteFailure>;

// Why a session was not written, for the log.
[[nodiscard]] std::string for_log(const WriteFailure& failure);

// Who may get a new session when there is none: a browser whose id was replaced a moment ago has a newer
// cookie under way, which a new session's cookie would overwrite.
enum class Beginning {
  unless_revoked,  // a request of the browser
  always,          // the application logs somebody in
};

// Opens the session that the cookies name, or begins one if something is to be set, applies the actions and
// writes. REQUIRES: actions without contradiction. What the arguments view is the caller's until the task
// ends.
Task<Performed> perform(Actions actions, std::span<const std::string_view> cookies, Touch touch,
                        Beginning beginning, Services& services);

}  // namespace session::gateway
