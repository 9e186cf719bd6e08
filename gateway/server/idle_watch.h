#pragma once

#include <cstdint>

#include "core/base/clock.h"

namespace session::gateway {

// Reports when nothing has been counted for a while, once for each such time. Looked at now and then; a
// request costs it one increment. Not thread-safe.
class IdleWatch {
 public:
  explicit IdleWatch(milliseconds after) : after_(after) {}

  void count() { ++counted_; }

  // Whether nothing was counted since a look that lies at least that long back. True once, until something is
  // counted again; never before anything was counted.
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
