#pragma once

#include <chrono>

namespace session {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Reads the time, and is the only place that does. Thread-safe. Tests inject a fake clock.
class Clock {
 public:
  using Steady = std::chrono::steady_clock::time_point;

  virtual ~Clock() = default;

  // Unix time in whole seconds, as records and cookies carry it.
  [[nodiscard]] virtual seconds unix_now() const = 0;
  // Monotonic time: deadlines, durations and expiry in memory use it.
  [[nodiscard]] virtual Steady steady_now() const = 0;
};

// The system's clocks.
[[nodiscard]] const Clock& system_clock();

}  // namespace session
