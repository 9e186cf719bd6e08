#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "core/base/clock.h"
#include "core/record/session_event.h"
#include "gateway/http/request.h"
#include "gateway/telemetry/log/rate_limit.h"

namespace session::gateway {

class Log;

// The request that events came of, as the audit names it. A view: what it refers to is the caller's.
struct AuditedRequest {
  const Request& request;
  std::string_view endpoint;
  std::string_view realm = {};  // the name of its realm; empty: the only one
};

// Writes what requests did to sessions, and why they were refused, to the audit stream (log.audit): a line
// each. Of refusals for the same reason one a second is written, which says how many were suppressed; so a
// flood of them costs little more than counting. Every other event is written. Thread-safe.
class Audit {
 public:
  // The log outlives it.
  explicit Audit(Log& log) : log_(log) {}

  void record(const AuditedRequest& of, const std::vector<SessionEvent>& events,
              Clock::Steady now = system_clock().steady_now());

 private:
  // Each reason has a limit of its own: forged cookies must not hide that somebody knocks at other doors. The
  // last is shared by reasons that are not listed.
  static constexpr std::array<std::string_view, 9> kReasons = {"malformed",    "bad-signature", "unknown",
                                                               "expired",      "revoked",       "forbidden",
                                                               "cross-origin", "not-allowed",   ""};
  [[nodiscard]] RateLimit& limit_of(std::string_view reason);

  Log& log_;
  std::array<RateLimit, kReasons.size()> limits_;
};

// The request's id as the front has given it (Client::request_id); empty if it is not 1 to 64 letters,
// digits,
// "_" and "-".
[[nodiscard]] std::string_view request_id(const Request& request);

}  // namespace session::gateway
