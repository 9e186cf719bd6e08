#pragma once

#include <algorithm>
#include <cstdint>
#include <random>

#include "core/base/clock.h"

namespace session {

// How long to wait before the next attempt to reach a server: longer each time, and never the same for two
// who lost it at the same moment. Not thread-safe.
class Backoff {
 public:
  // From that to that. The longest wait and a connect deadline together are how long a server can be back
  // before it is noticed.
  static constexpr milliseconds kFirst{10};
  static constexpr milliseconds kMax{250};

  explicit Backoff(std::uint32_t seed) : random_(seed) {}

  // Half to all of the present wait, which then doubles.
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
