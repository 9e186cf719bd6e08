// What every store promises, kept by Redis where copies of two event loops answer.

#include <atomic>
#include <string>
#include <tuple>

#include <boost/test/unit_test.hpp>

#include "tests/support/redis/near_cached_store.h"
#include "tests/support/redis/redis_server.h"

namespace session::test {
namespace {

// The system's clock, ahead by as much as a test has let pass: copies end by the steady time.
class AheadClock final : public Clock {
 public:
  [[nodiscard]] seconds unix_now() const override {
    return system_clock().unix_now() + std::chrono::duration_cast<seconds>(milliseconds(ahead_.load()));
  }
  [[nodiscard]] Steady steady_now() const override {
    return system_clock().steady_now() + milliseconds(ahead_.load());
  }
  void advance(milliseconds by) { ahead_ += by.count(); }

 private:
  std::atomic<std::int64_t> ahead_ = 0;
};

}  // namespace

// A server of the test program's own, emptied for each fixture, which announces changes to both event loops.
struct NearCacheFixture {
  static constexpr milliseconds kSlack{3000};
  static constexpr std::size_t kLoops = 2;

  NearCacheFixture() {
    server().tell({"FLUSHALL"});
    for (std::size_t loop = 0; loop < kLoops; ++loop) (void)looped.text("none", loop);
    wait_until("both loops to be told of changes",
               [&] { return looped.count(RedisEvent::Kind::announced) >= kLoops; });
  }

  static RedisServer& server() {
    static RedisServer one;
    return one;
  }
  static RedisStoreOptions options() {
    RedisStoreOptions options;
    options.addresses = {server().unix_address()};
    options.deadline = options.connect_deadline = std::chrono::seconds(20);
    options.near_cache = {std::size_t{16} << 20U, std::chrono::hours(24), milliseconds(0)};
    return options;
  }

  Store& store() { return cached; }
  void advance(milliseconds by) {
    server().pass_time(by);
    clock.advance(by);
  }

  AheadClock clock;
  LoopedStore looped{options(), kLoops, clock};
  NearCachedStore cached{looped, kLoops};
};

using StoresUnderContract = std::tuple<NearCacheFixture>;

}  // namespace session::test

#include "tests/support/store_contract.h"

namespace session::test {

BOOST_AUTO_TEST_SUITE(redis_near_cache_contract)

// Without it the claims above would say nothing about copies.
BOOST_AUTO_TEST_CASE(loads_of_this_fixture_are_answered_by_copies) {
  NearCacheFixture fixture;
  create(fixture.store(), "key", "bytes");
  const auto before = fixture.looped.stats().hits;
  for (int i = 0; i < 10; ++i) BOOST_TEST(text_of(fixture.store(), "key") == "bytes");
  BOOST_TEST(fixture.looped.stats().hits >= before + 10);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
