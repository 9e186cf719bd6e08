#pragma once

#include <atomic>

#include "core/base/clock.h"

namespace session::test {

// A clock that moves when told to. Thread-safe.
class FakeClock final : public Clock {
 public:
  [[nodiscard]] seconds unix_now() const override {
    return std::chrono::duration_cast<seconds>(milliseconds(unix_ms_.load()));
  }
  [[nodiscard]] Steady steady_now() const override { return Steady(milliseconds(steady_ms_.load())); }

  void advance(milliseconds by) {
    unix_ms_ += by.count();
    steady_ms_ += by.count();
  }
  // Moves Unix time only, as an operator or NTP does.
  void set_unix(seconds to) { unix_ms_ = milliseconds(to).count(); }

 private:
  std::atomic<std::int64_t> unix_ms_ = 1'800'000'000'000;
  std::atomic<std::int64_t> steady_ms_ = 1'000'000;
};

}  // namespace session::test
