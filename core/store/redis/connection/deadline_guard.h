#pragma once

#include <functional>
#include <utility>

#include "core/base/clock.h"
#include "core/base/task.h"
#include "core/base/timer.h"

namespace session {

// Calls a function, on its executor, when the clock reaches a time, unless the guard is destroyed before.
class DeadlineGuard {
 public:
  DeadlineGuard(const Executor& executor, const Clock& clock, Clock::Steady at,
                std::function<void()> on_expiry)
      : timer_(executor, clock) {
    timer_.start(at, std::move(on_expiry));
  }

 private:
  Timer timer_;
};

}  // namespace session
