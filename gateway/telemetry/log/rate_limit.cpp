#include "gateway/telemetry/log/rate_limit.h"

#include <chrono>

namespace session::gateway {

std::pair<bool, std::uint64_t> RateLimit::admit(Clock::Steady now) noexcept {
  const auto now_ms = std::chrono::duration_cast<milliseconds>(now.time_since_epoch()).count();
  std::int64_t next = next_ms_.load(std::memory_order_relaxed);
  if (now_ms < next || !next_ms_.compare_exchange_strong(next, now_ms + 1000)) {
    suppressed_.fetch_add(1, std::memory_order_relaxed);
    return {false, 0};
  }
  return {true, suppressed_.exchange(0)};
}

}  // namespace session::gateway
