#pragma once

#include <cstdint>

#include "core/base/clock.h"

namespace session::gateway {

// Detects that nothing was counted for a given time, and reports each such period once. became_idle() is to
// be called periodically; a request costs only one increment. Not thread-safe.
class IdleWatch {
 public:
  explicit IdleWatch(milliseconds after) : after_(after) {}

  void count() { ++counted_; }

  // Returns true if nothing was counted since a call that is at least the given time ago. It returns true
  // once until something is counted again, and never before the first count.
  [[nodiscard]] bool became_idle(Clock::Steady now) {
    if (counted_ != seen_) {
      seen_ = counted_;
      since_ = now;
      reported_ = false;
      return false;
    }
    if (reported_ || seen_ == 0 || now - since_ < after_) return false;
    reported_ = true;
    return true;
  }

 private:
  milliseconds after_;
  std::uint64_t counted_ = 0;
  std::uint64_t seen_ = 0;
  Clock::Steady since_{};
  bool reported_ = false;
};

}  // namespace session::gateway
