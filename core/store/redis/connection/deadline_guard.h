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
class DeadlineGuard {
 public:
  DeadlineGuard(const Executor& executor, Clock::Steady at, std::function<void()> on_expiry)
      : armed_(std::make_shared<Armed>(executor, std::move(on_expiry))) {
    armed_->timer.expires_at(at);
    armed_->timer.async_wait([armed = armed_](const boost::system::error_code& error) {
      if (!error && armed->on_expiry) armed->on_expiry();
    });
  }
  ~DeadlineGuard() {
    armed_->on_expiry = nullptr;
    armed_->timer.cancel();
  }
  DeadlineGuard(const DeadlineGuard&) = delete;
  DeadlineGuard& operator=(const DeadlineGuard&) = delete;

 private:
  struct Armed {
    Armed(const Executor& executor, std::function<void()> f) : timer(executor), on_expiry(std::move(f)) {}
    SteadyTimer timer;
    std::function<void()> on_expiry;
  };
  std::shared_ptr<Armed> armed_;
};

}  // namespace session
