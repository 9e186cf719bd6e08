#pragma once

#include <atomic>

#include "core/base/clock.h"

namespace session {

// That the changes of what one connection reads are heard: from its making until it is known no more. The
// copies of entries that the connection has read rely on it. Thread-safe.
class Hearing {
 public:
  explicit Hearing(Clock::Steady until) : until_(until.time_since_epoch().count()) {}

  // The time at which what has been heard runs out as a proof that nothing was missed.
  [[nodiscard]] Clock::Steady until() const noexcept {
    return Clock::Steady(Clock::Steady::duration(until_.load(std::memory_order_acquire)));
  }
  // Everything was heard that was announced before some later time.
  void extend(Clock::Steady until) noexcept {
    if (!ended_.load(std::memory_order_acquire))
      until_.store(until.time_since_epoch().count(), std::memory_order_release);
  }
  // Nothing is heard any more.
  void end(Clock::Steady now) noexcept {
    ended_.store(true, std::memory_order_release);
    if (now < until()) until_.store(now.time_since_epoch().count(), std::memory_order_release);
  }
  // What was read is known to be out of date, or may be: the server is heard again, and nobody knows what it
  // has announced meanwhile.
  void end_for_good() noexcept {
    ended_.store(true, std::memory_order_release);
    until_.store(Clock::Steady::min().time_since_epoch().count(), std::memory_order_release);
  }

 private:
  std::atomic<Clock::Steady::rep> until_;
  std::atomic<bool> ended_ = false;  // One thread extends and ends it.
};

}  // namespace session
