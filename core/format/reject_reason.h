#pragma once

#include <string_view>

namespace session {

// Why a request has no session. Each is an answer, never an outage.
enum class RejectReason {
  absent,         // no cookie of ours
  malformed,      // a cookie that none of our versions wrote, two that both verify, or a record we can't read
  bad_signature,  // the form is right, the MAC is not, or its key is not known (any more)
  unknown,        // a verified cookie whose session does not exist: ended, or idle for too long
  expired,        // older than the absolute timeout
  revoked,        // the id was replaced a moment ago: the browser has a newer cookie
};

// As X-Session-Reason says it.
[[nodiscard]] constexpr std::string_view to_text(RejectReason refusal) {
  switch (refusal) {
    case RejectReason::absent:
      return "absent";
    case RejectReason::malformed:
      return "malformed";
    case RejectReason::bad_signature:
      return "bad-signature";
    case RejectReason::unknown:
      return "unknown";
    case RejectReason::expired:
      return "expired";
    case RejectReason::revoked:
      return "revoked";
  }
  return "malformed";
}

}  // namespace session
