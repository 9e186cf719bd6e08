#pragma once

#include <string_view>

namespace session {

// Why a request has no session. Each is an answer, never an outage.
enum class Refusal {
  absent,         // no cookie of ours
  malformed,      // a cookie that none of our versions wrote, two that both verify, or a record we can't read
  bad_signature,  // the form is right, the MAC is not, or its key is not known (any more)
  unknown,        // a verified cookie whose session does not exist: ended, or idle for too long
  expired,        // older than the absolute timeout
  revoked,        // the id was replaced a moment ago: the browser has a newer cookie
};

// As X-Session-Reason says it.
[[nodiscard]] constexpr std::string_view to_text(Refusal refusal) {
  switch (refusal) {
    case Refusal::absent:
      return "absent";
    case Refusal::malformed:
      return "malformed";
    case Refusal::bad_signature:
      return "bad-signature";
    case Refusal::unknown:
      return "unknown";
    case Refusal::expired:
      return "expired";
    case Refusal::revoked:
      return "revoked";
  }
  return "malformed";
}

}  // namespace session
