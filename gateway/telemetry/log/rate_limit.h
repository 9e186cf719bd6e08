#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

#include "core/base/clock.h"

namespace session::gateway {

// Admits one message per second, and counts the others. Thread-safe.
class RateLimit {
 public:
  // Returns whether to log now, and the number of messages that were suppressed since the last admitted one.
  [[nodiscard]] std::pair<bool, std::uint64_t> admit(Clock::Steady now) noexcept;

 private:
  std::atomic<std::int64_t> next_ms_ = 0;
  std::atomic<std::uint64_t> suppressed_ = 0;
};

}  // namespace session::gateway
