#pragma once

#include <chrono>

namespace session {

using std::chrono::milliseconds;
using std::chrono::seconds;

// The one place that reads time. Thread-safe. Tests inject a fake.
class Clock {
 public:
  using Steady = std::chrono::steady_clock::time_point;

  virtual ~Clock() = default;

  // Unix time in whole seconds: what records and cookies carry.
  [[nodiscard]] virtual seconds unix_now() const = 0;
  // Monotonic time: what expiry in memory, deadlines and durations are measured by.
  [[nodiscard]] virtual Steady steady_now() const = 0;
};

// The machine's clocks.
[[nodiscard]] const Clock& system_clock();

}  // namespace session
