#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

#include "core/base/clock.h"

namespace session::gateway {

// Lets one message of a kind through each second and counts the others. Thread-safe.
class RateLimit {
 public:
  // Whether to log now, and how many were suppressed since the last one that was admitted.
  [[nodiscard]] std::pair<bool, std::uint64_t> admit(Clock::Steady now) noexcept;

 private:
  std::atomic<std::int64_t> next_ms_ = 0;
  std::atomic<std::uint64_t> suppressed_ = 0;
};

}  // namespace session::gateway
