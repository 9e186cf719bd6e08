#pragma once

#include <algorithm>
#include <cstdint>
#include <random>

#include "core/base/clock.h"

namespace session {

// Computes the pause before the next attempt to connect. The pause grows with each attempt. It is random, so
// that clients that lost the server together do not reconnect at the same moment. Not thread-safe.
class Backoff {
 public:
  // The first and the longest pause. After a server has returned, a connection notices it within the longest
  // pause plus the connect deadline.
  static constexpr milliseconds kFirst{10};
  static constexpr milliseconds kMax{250};

  explicit Backoff(std::uint32_t seed) : random_(seed) {}

  // Returns a random duration between half of the current pause and all of it, and doubles the pause.
  [[nodiscard]] milliseconds next() {
    std::uniform_int_distribution<std::int64_t> within(wait_.count() / 2, wait_.count());
    const milliseconds chosen(within(random_));
    wait_ = std::min(wait_ * 2, kMax);
    return chosen;
  }
  void reset() { wait_ = kFirst; }

 private:
  std::minstd_rand random_;
  milliseconds wait_ = kFirst;
};

}  // namespace session
