#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <utility>

#include "core/base/await.h"
#include "core/base/clock.h"
#include "core/base/task.h"

namespace session {

// Calls a function at a time, unless it is gone by then. Runs on its executor.
class Watchdog {
 public:
  Watchdog(const Executor& executor, Clock::Steady at, std::function<void()> bark)
      : armed_(std::make_shared<Armed>(executor, std::move(bark))) {
    armed_->timer.expires_at(at);
    armed_->timer.async_wait([armed = armed_](const boost::system::error_code& error) {
      if (!error && armed->bark) armed->bark();
    });
  }
  ~Watchdog() {
    armed_->bark = nullptr;
    armed_->timer.cancel();
  }
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

 private:
  struct Armed {
    Armed(const Executor& executor, std::function<void()> f) : timer(executor), bark(std::move(f)) {}
    SteadyTimer timer;
    std::function<void()> bark;
  };
  std::shared_ptr<Armed> armed_;
};

}  // namespace session
