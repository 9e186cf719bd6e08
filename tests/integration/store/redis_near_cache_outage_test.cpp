// What becomes of copies when their server can't be reached, or their worker does nothing any more.

#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/redis/near_cache_fixture.h"

namespace session::test {
namespace {

using namespace std::chrono_literals;

}  // namespace

BOOST_AUTO_TEST_SUITE(redis_near_cache_outage)

BOOST_AUTO_TEST_CASE(during_an_outage_copies_serve_only_if_they_shall) {
  for (const milliseconds stale_on_outage : {milliseconds(0), milliseconds(1h)}) {
    Near near(1, stale_on_outage);
    near.put("key", "value");
    near.put("other", "value");
    near.put("third", "value");
    near.warm("key");
    near.warm("third");
    near.redis.kill();
    wait_until("the outage", [&] { return near.store.text("other") == "(outage)"; });
    const auto entry = near.store.read("key");
    if (stale_on_outage == 0ms) {
      BOOST_TEST(entry.has_error());
      continue;
    }
    BOOST_REQUIRE((entry && *entry));
    BOOST_TEST((*entry)->stale);
    BOOST_TEST((*entry)->bytes.view() == "value");
    // Somebody wants to end it: Redis does not hear of that, but here it has ended.
    BOOST_TEST(near.store.run((*near.store).erase("key")).has_error());
    BOOST_TEST(near.store.text("key") == "(outage)");
    const LoadTerms wish{LoadTerms::kAnySize, true, LoadTerms::Copy::ends};
    BOOST_TEST(near.store.text("third") == "value");
    BOOST_TEST(near.store.run((*near.store).load("third", wish)).has_error());
    BOOST_TEST(near.store.text("third") == "(outage)");
    near.redis.start();
    near.wait_for("other", "(absent)");
  }
}

// The server takes everything and says nothing, as one behind a broken network does.
BOOST_AUTO_TEST_CASE(a_server_that_has_fallen_silent_is_not_relied_on_for_long) {
  RedisServer redis;
  RedisStoreOptions options = with_cache(redis.unix_address());
  options.deadline = 200ms;
  LoopedStore store(options);
  redis.tell({"SET", "session:key", "value"});
  warm(store, "key");
  const auto flushes = store.stats().flushes;
  redis.pause();
  wait_until("the silence to be noticed", [&] { return store.stats().flushes > flushes; });
  BOOST_TEST(store.text("key") == "(outage)");
  redis.resume();
  warm(store, "key");
}

// What the server has said itself counts, also if it is not kept because nothing is heard.
BOOST_AUTO_TEST_CASE(a_copy_that_the_server_has_refuted_serves_no_more_in_an_outage) {
  RedisServer redis;
  RedisStoreOptions options = as_gateway(redis, with_cache(redis.unix_address(), 1h));
  LoopedStore store(options);
  const std::vector<std::string> keys = {"gone", "changed", "same"};
  for (const std::string& key : keys) redis.tell({"SET", "session:" + key, "value"});
  for (const std::string& key : keys) warm(store, key);
  redis.tell({"ACL", "SETUSER", "gateway", "-subscribe"});
  const auto flushes = store.stats().flushes;
  redis.tell({"CLIENT", "KILL", "TYPE", "pubsub"});
  wait_until("the loss to be noticed", [&] { return store.stats().flushes > flushes; });
  redis.tell({"DEL", "session:gone"});
  redis.tell({"SET", "session:changed", "new"});
  BOOST_TEST(store.text("gone") == "(absent)");
  BOOST_TEST(store.text("changed") == "new");
  redis.kill();
  wait_until("the outage", [&] { return store.text("gone") == "(outage)"; });
  BOOST_TEST(store.text("changed") == "(outage)");
  const auto same = store.read("same");
  BOOST_REQUIRE((same && *same));
  BOOST_TEST((*same)->stale);
}

// It is reached: what it says is its word.
BOOST_AUTO_TEST_CASE(a_server_that_refuses_is_no_outage) {
  RedisServer redis;
  RedisStoreOptions options = as_gateway(redis, with_cache(redis.unix_address(), 1h));
  options.near_cache.max_age = 1s;
  LoopedStore store(options);
  redis.tell({"SET", "session:key", "value"});
  warm(store, "key");
  redis.tell({"ACL", "SETUSER", "gateway", "-getrange"});
  wait_until("the copy to be too old", [&] { return store.text("key") == "(outage)"; });
  BOOST_TEST(store.stats().stale == 0u);
}

// The other worker has copies that the first one has read, and whose changes only that one hears of.
BOOST_AUTO_TEST_CASE(the_copies_of_a_worker_that_stands_still_serve_no_other_for_long) {
  Near near(2);
  near.put("key", "value");
  near.warm("key", 0);
  BOOST_TEST(near.store.text("key", 1) == "value");
  near.store.stop(0);
  near.put("key", "new");
  near.wait_for("key", "new", 1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
