#pragma once

#include <atomic>
#include <mutex>
#include <set>

#include "core/base/clock.h"

namespace session::test {

// A clock that moves when told to, and timers with it. Thread-safe.
class FakeClock final : public Clock, private ClockListeners {
 public:
  [[nodiscard]] ClockListeners* listeners() const override { return const_cast<FakeClock*>(this); }
  [[nodiscard]] seconds unix_now() const override {
    return std::chrono::duration_cast<seconds>(milliseconds(unix_ms_.load()));
  }
  [[nodiscard]] milliseconds unix_now_exact() const override { return milliseconds(unix_ms_.load()); }
  [[nodiscard]] Steady steady_now() const override { return Steady(milliseconds(steady_ms_.load())); }

  void advance(milliseconds by) {
    unix_ms_ += by.count();
    steady_ms_ += by.count();
    const std::lock_guard lock(mutex_);
    for (Listener* listener : listeners_) listener->clock_was_set();
  }
  // Moves Unix time only, as an operator or NTP does.
  void set_unix(seconds to) { unix_ms_ = milliseconds(to).count(); }

 private:
  void add(Listener& listener) override {
    const std::lock_guard lock(mutex_);
    listeners_.insert(&listener);
  }
  void remove(Listener& listener) override {
    const std::lock_guard lock(mutex_);
    listeners_.erase(&listener);
  }

  std::mutex mutex_;
  std::set<Listener*> listeners_;
  std::atomic<std::int64_t> unix_ms_ = 1'800'000'000'000;
  std::atomic<std::int64_t> steady_ms_ = 1'000'000;
};

}  // namespace session::test
