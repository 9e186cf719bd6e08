#pragma once

#include <chrono>
#include <cstdint>
#include <limits>

#include "core/base/clock.h"
#include "core/store/memory/journal.h"

namespace session {

// Internal to DurableStore: between the times of a MemoryStore, which are those of a steady clock and end
// with the machine's uptime, and Unix times in ms, as the file has them. It relates both as they were when it
// was made: make one for each batch. Rounds down, so that no entry lives longer than it was meant to.
class UnixTimes {
 public:
  // The time in the file of an entry that does not end.
  static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

  explicit UnixTimes(const Clock& clock)
      : unix_ms_(clock.unix_now_exact().count()),
        steady_ns_(std::chrono::duration_cast<std::chrono::nanoseconds>(clock.steady_now().time_since_epoch())
                       .count()) {}

  [[nodiscard]] std::int64_t now() const noexcept { return unix_ms_; }

  [[nodiscard]] std::int64_t to_file(std::int64_t steady_ns) const noexcept {
    if (steady_ns >= MemoryRecord::kNever) return kNever;
    const auto left = std::chrono::floor<milliseconds>(std::chrono::nanoseconds(steady_ns - steady_ns_));
    return unix_ms_ + left.count();
  }
  [[nodiscard]] std::int64_t to_memory(std::int64_t unix_ms) const noexcept {
    constexpr std::int64_t kNanosPerMilli = 1'000'000;
    const std::int64_t most = (MemoryRecord::kNever - steady_ns_) / kNanosPerMilli;
    if (unix_ms == kNever || unix_ms - unix_ms_ >= most) return MemoryRecord::kNever;
    return steady_ns_ + (unix_ms - unix_ms_) * kNanosPerMilli;
  }

 private:
  std::int64_t unix_ms_;
  std::int64_t steady_ns_;
};

}  // namespace session
