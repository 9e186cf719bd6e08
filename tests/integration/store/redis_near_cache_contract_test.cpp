// What every store promises, kept by Redis where copies of two event loops answer.

#include <string>
#include <tuple>

#include <boost/test/unit_test.hpp>

#include "tests/support/redis/near_cached_store.h"
#include "tests/support/redis/redis_store_fixture.h"

namespace session::test {

// A store over the server of the other fixture, which announces changes to both event loops.
struct NearCacheFixture {
  static constexpr milliseconds kSlack = RedisStoreFixture::kSlack;
  static constexpr std::size_t kLoops = 2;

  NearCacheFixture() {
    RedisStoreFixture::server().tell({"FLUSHALL"});
    for (std::size_t loop = 0; loop < kLoops; ++loop) (void)looped.text("none", loop);
    wait_until("both loops to be told of changes",
               [&] { return looped.count(RedisEvent::Kind::announced) >= kLoops; });
  }

  static RedisStoreOptions options() {
    RedisStoreOptions options = RedisStoreFixture::options();
    options.near_cache = {std::size_t{16} << 20U, std::chrono::hours(24), milliseconds(0)};
    return options;
  }

  Store& store() { return cached; }
  void advance(milliseconds by) {
    RedisStoreFixture::server().pass_time(by);
    clock.advance(by);
  }

  ShiftedClock clock;
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
