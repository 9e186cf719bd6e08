#pragma once

#include <string_view>

namespace session {

// Why a request has no session, or none that is good enough. A store that does not answer is no reason, but
// an error (StoreFailure).
enum class RejectReason {
  absent,         // no cookie of ours
  malformed,      // a cookie of no known version, or an unreadable record
  bad_signature,  // the form is valid, but the MAC is not, or its key is not known (any more)
  unknown,        // a verified cookie whose session does not exist: it ended, or was idle for too long
  expired,        // older than the absolute timeout
  revoked,        // the id was replaced a moment ago, so the browser has a newer cookie
  stale,          // the login is longer ago than a rule allows: its user has to log in again
  ambiguous,      // verified cookies of two or more live sessions: a login or a logout ends them
};

// The value of X-Session-Reason for it.
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
    case RejectReason::stale:
      return "stale";
    case RejectReason::ambiguous:
      return "ambiguous";
  }
  return "malformed";
}

}  // namespace session
