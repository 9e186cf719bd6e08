#pragma once

#include <functional>
#include <memory>

#include "core/base/clock.h"
#include "core/base/task.h"

namespace session {

// One timer of an event loop, by the monotonic time of a Clock: with a test's clock it expires when the test
// sets the clock, and never by itself. Not thread-safe: belongs to the loop of its executor. The clock
// outlives the timer.
class Timer {
 public:
  Timer(const Executor& executor, const Clock& clock);
  ~Timer();  // cancels
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  // Calls `on_expiry` from the loop at that time, or soon if it has passed. Replaces what was started before.
  void start(Clock::Steady at, std::function<void()> on_expiry);
  // Suspends until that time, or until cancel(). True: the time has come. One wait at a time, and not beside
  // start(). The timer may go while somebody waits: the wait is cancelled then.
  [[nodiscard]] Task<bool> wait_until(Clock::Steady at);
  void cancel();

 private:
  class Wait;
  std::shared_ptr<Wait> wait_;
};

// Lets that much of the clock's time pass on the event loop of whoever awaits it.
[[nodiscard]] Task<void> pause(milliseconds time, const Clock& clock);

}  // namespace session
