#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/base/task.h"
#include "core/format/reject_reason.h"
#include "core/record/environment.h"
#include "core/record/termination.h"

namespace session {

// Sessions of other formats, which move to the one in use when they are met: a site changes over without
// logging anybody out.
//
// The new id is made from the old one, so all requests that a browser has under way with its old cookie come
// to the same session, and the old cookie stands for it until it ends or gets another id. Only whoever made
// the new record erases the old one, and only as it was read: if it is gone by then, or stands for no
// session, somebody has logged out meanwhile, and the new session ends, too. If it was changed, the new
// record follows, unless it has been changed as well: then it stays, and the change to the old one is lost.
//
// The new record names the old key, as a crash may leave the old record behind: it goes along when the
// session ends or gets another id, and when it is opened a minute after it moved. By then whoever moved it is
// done (the clocks of all gateways must agree to less than that).
//
// What can't be told apart, and so goes on: a session that was logged out at the other side in the moment
// when the gateway that moved it crashed or lost its store between two writes. What a crash left is found
// again by the old cookie if the new session expired without being opened after its first minute. And a
// request of the other side's that was under way may save the session there once more: that is not read.

// An old cookie that verified.
struct LegacyCookie {
  const LegacyFormat* format = nullptr;
  VerifiedCookie cookie;
  bool alone = true;  // in its format: of two that differ none opens a session, but both end with it
};

// The old cookies among a request's.
[[nodiscard]] std::vector<LegacyCookie> legacy_cookies(const SessionEnvironment& environment,
                                                       std::span<const std::string_view> cookie_headers);

// Where the store keeps what these stand for: the old records, and the ones that they became.
[[nodiscard]] std::vector<LegacyKey> legacy_keys_of(const SessionEnvironment& environment,
                                                    const std::vector<LegacyCookie>& old);

// Whether a record of that age was made so long ago that nobody is moving its session any more.
[[nodiscard]] bool migration_grace_over(const SessionEnvironment& environment, const Age& age);

// A session that has moved.
struct Migrated {
  VerifiedCookie cookie;  // in the format in use
  bool now;               // it moved in this call, and not before
};

// The session after its record has moved; or why there is none. `old` is the caller's until the task ends.
// Error: the store could not answer.
Task<Result<Result<Migrated, RejectReason>, StoreFailure>> migrate(SessionEnvironment& environment,
                                                                   const LegacyCookie& old);

}  // namespace session
