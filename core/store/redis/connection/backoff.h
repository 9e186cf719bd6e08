#pragma once

#include <algorithm>
#include <cstdint>
#include <random>

#include "core/base/clock.h"

namespace session {

// The pause before the next attempt to connect: longer each time, and random, so that clients that lost the
// server together do not come back together. Not thread-safe.
class Backoff {
 public:
  // The first and the longest pause. The longest pause plus the connect deadline bound how long a server can
  // be back before a connection notices.
  static constexpr milliseconds kFirst{10};
  static constexpr milliseconds kMax{250};

  explicit Backoff(std::uint32_t seed) : random_(seed) {}

  // A random part, between half and all, of the present pause, which then doubles.
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
