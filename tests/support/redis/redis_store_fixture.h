#pragma once

#include <chrono>

#include "core/store/redis/redis_store.h"
#include "tests/support/redis/redis_server.h"

namespace session::test {

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
  void advance(milliseconds by) { server().pass_time(by); }

  RedisStore redis{options()};
};

}  // namespace session::test
