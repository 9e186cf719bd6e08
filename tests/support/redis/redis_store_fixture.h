#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "core/store/redis/redis_store.h"
#include "tests/support/redis/redis_server.h"

namespace session::test {

// The system's clock, ahead by as much as a test has let pass. As FakeClock, but it goes on by itself.
class ShiftedClock final : public Clock {
 public:
  [[nodiscard]] seconds unix_now() const override {
    return system_clock().unix_now() +
           std::chrono::duration_cast<seconds>(milliseconds(ahead_.load() + unix_ahead_.load()));
  }
  [[nodiscard]] Steady steady_now() const override {
    return system_clock().steady_now() + milliseconds(ahead_.load());
  }
  void advance(milliseconds by) { ahead_ += by.count(); }
  // Moves Unix time only, as an operator or NTP does.
  void shift_unix(milliseconds by) { unix_ahead_ += by.count(); }

 private:
  std::atomic<std::int64_t> ahead_ = 0;
  std::atomic<std::int64_t> unix_ahead_ = 0;
};

// A RedisStore over a real server of the test program's own, emptied for each fixture. Its time passes when
// told to, and a little by itself.
struct RedisStoreFixture {
  static constexpr milliseconds kSlack{3000};

  RedisStoreFixture() { server().tell({"FLUSHALL"}); }

  static RedisServer& server() {
    static RedisServer one;
    return one;
  }
  // With time to spare: a machine that is busy must not look like an outage.
  static RedisStoreOptions options() {
    RedisStoreOptions options;
    options.addresses = {server().unix_address()};
    options.deadline = options.connect_deadline = std::chrono::seconds(20);
    return options;
  }

  Store& store() { return redis; }
  void advance(milliseconds by) {
    server().pass_time(by);
    clock.advance(by);
  }

  ShiftedClock clock;
  RedisStore redis{options(), clock};
};

}  // namespace session::test
