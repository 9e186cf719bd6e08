#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "core/session/environment.h"
#include "core/session/refusal.h"
#include "core/task.h"

namespace session {

// Sessions of other formats, which move to the one in use when they are met: a site changes over without
// logging anybody out.
//
// The new id is made from the old one, so all requests that a browser has under way with its old cookie come
// to the same session, and the old cookie stands for it until it ends or gets another id. Only whoever made
// the new record erases the old one, and only as it was read: if it is gone by then, somebody has logged out
// meanwhile, and the new record goes, too.

// An old cookie that verified.
struct OldCookie {
  const Accepted* format = nullptr;
  VerifiedCookie cookie;
};

// The old cookies among a request's, one at most of each format. A format that has two that differ has none.
[[nodiscard]] std::vector<OldCookie> old_cookies(const SessionEnvironment& environment,
                                                 std::span<const std::string_view> cookie_headers);

// The session's cookie in the format in use, after its record has moved; or why there is none. `old` is the
// caller's until the task ends. Error: the store could not answer.
Task<Result<Result<VerifiedCookie, Refusal>, StoreFailure>> take_over(SessionEnvironment& environment,
                                                                      const OldCookie& old);

}  // namespace session
