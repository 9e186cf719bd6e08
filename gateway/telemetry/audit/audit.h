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

// The request that caused events, as the audit names it. It is a view: the caller keeps what it refers to.
struct AuditedRequest {
  const Request& request;
  std::string_view endpoint;
  std::string_view realm = {};  // the name of its realm; empty: the only realm
};

// Writes one line per event to the audit stream (log.audit): the changes that requests made to sessions, and
// the refusals. Of refusals for the same reason one per second is written, with the number of suppressed
// ones, so a flood of them costs little more than counting. Every other event is written. Thread-safe.
class Audit {
 public:
  // The log must outlive it.
  explicit Audit(Log& log) : log_(log) {}

  void record(const AuditedRequest& of, const std::vector<SessionEvent>& events,
              Clock::Steady now = system_clock().steady_now());

 private:
  // Each reason has its own limit, so that a flood of forged cookies does not hide refusals for other
  // reasons. Unlisted reasons share the last one.
  static constexpr std::array<std::string_view, 12> kReasons = {
      "malformed", "bad-signature", "unknown",      "expired",     "revoked",    "ambiguous",
      "stale",     "forbidden",     "cross-origin", "not-allowed", "bad-secret", ""};
  [[nodiscard]] RateLimit& limit_of(std::string_view reason);

  Log& log_;
  std::array<RateLimit, kReasons.size()> limits_;
};

// Returns the request id that nginx passes (Client::request_id); empty if it is not 1 to 64 letters, digits,
// "_" and "-".
[[nodiscard]] std::string_view request_id(const Request& request);

}  // namespace session::gateway
