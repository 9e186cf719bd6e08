#pragma once

#include <chrono>

namespace session {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Those who want to know when a clock was set; only clocks that tests set have any. Thread-safe.
class ClockListeners {
 public:
  class Listener {
   public:
    // Called by the thread that sets the clock, with the lock of the listeners held: it must only post.
    virtual void clock_was_set() = 0;

   protected:
    ~Listener() = default;
  };
  virtual void add(Listener& listener) = 0;
  // When this returns, the listener is not being called and will not be.
  virtual void remove(Listener& listener) = 0;

 protected:
  ~ClockListeners() = default;
};

// Reads the time, and is the only place that does. Thread-safe. Tests inject a fake clock.
class Clock {
 public:
  using Steady = std::chrono::steady_clock::time_point;

  virtual ~Clock() = default;

  // nullptr: time passes by itself. Otherwise it passes only when a test sets the clock, and a timer waits to
  // hear of that (core/base/timer.h).
  [[nodiscard]] virtual ClockListeners* listeners() const { return nullptr; }

  // Unix time in whole seconds, as records and cookies carry it.
  [[nodiscard]] virtual seconds unix_now() const = 0;
  // The same to the millisecond, if the clock has it: for times that outlive the process.
  [[nodiscard]] virtual milliseconds unix_now_exact() const { return unix_now(); }
  // Monotonic time: deadlines, durations and expiry in memory use it.
  [[nodiscard]] virtual Steady steady_now() const = 0;
};

// The system's clocks.
[[nodiscard]] const Clock& system_clock();

}  // namespace session
