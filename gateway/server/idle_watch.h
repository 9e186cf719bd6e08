#pragma once

#include <cstdint>

#include "core/base/clock.h"

namespace session::gateway {

// Detects that nothing was counted for a given time, and reports each such period. is_due() is to be called
// periodically; a request costs only one increment. Not thread-safe.
class IdleWatch {
 public:
  explicit IdleWatch(milliseconds after) : after_(after) {}

  void count() { ++counted_; }

  // Returns true if nothing was counted since a call that is at least the given time ago, and again each time
  // that so much has passed; never before the first count.
  [[nodiscard]] bool is_due(Clock::Steady now) {
    const bool counted = counted_ != seen_;
    if (!counted && (seen_ == 0 || now - since_ < after_)) return false;
    seen_ = counted_;
    since_ = now;
    return !counted;
  }

 private:
  milliseconds after_;
  std::uint64_t counted_ = 0;
  std::uint64_t seen_ = 0;
  Clock::Steady since_{};
};

}  // namespace session::gateway
