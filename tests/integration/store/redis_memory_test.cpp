// A Redis that has reached its maxmemory: what needs no memory goes on, and the rest says that it is full.

#include <string>

#include <boost/test/unit_test.hpp>

#include "core/store/redis/redis_store.h"
#include "tests/support/redis/redis_store_fixture.h"
#include "tests/support/store_calls.h"

namespace session::test {
namespace {

using Kind = StoreFailure::Kind;

struct FullRedis : RedisStoreFixture {
  FullRedis() {
    server().tell({"CONFIG", "SET", "maxmemory-policy", "noeviction"});
    create(redis, "key", "first");
    replace(redis, "key", "first", "bytes");  // the server has the script now
    limit("1");
  }
  FullRedis(const FullRedis&) = delete;
  FullRedis& operator=(const FullRedis&) = delete;
  ~FullRedis() { limit("0"); }

  static void limit(const std::string& bytes) { server().tell({"CONFIG", "SET", "maxmemory", bytes}); }
};

template <class T>
void check_full(const Result<T, StoreFailure>& answer, const std::string& what) {
  BOOST_TEST_REQUIRE(answer.has_error());
  BOOST_TEST((answer.error().kind == Kind::full));
  BOOST_TEST(answer.error().detail == to_text(RedisStoreFixture::server().unix_address()) + ": " + what +
                                          " failed: it has no memory left (maxmemory)");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(redis_memory)

BOOST_AUTO_TEST_CASE(at_maxmemory_nothing_new_is_kept_and_what_was_there_stays) {
  FullRedis full;
  check_full(run(full.redis.create("new", Bytes("bytes"), kTtl)), "SET");
  check_full(run(full.redis.create("key", Bytes("bytes"), kTtl)), "SET");
  check_full(run(full.redis.replace("key", Bytes("bytes"), Bytes("other"), kTtl)), "EVALSHA");
  BOOST_TEST(text_of(full.redis, "key") == "bytes");
  BOOST_TEST(!holds(full.redis, "new"));
}

BOOST_AUTO_TEST_CASE(at_maxmemory_sessions_are_read_extended_and_destroyed) {
  FullRedis full;
  BOOST_TEST(text_of(full.redis, "key") == "bytes");
  BOOST_TEST((touch(full.redis, "key", 3 * kTtl) == TouchOutcome::touched));
  BOOST_TEST(load(full.redis, "key")->time_left.value().count() > kTtl.count());
  BOOST_TEST((erase(full.redis, "key") == EraseOutcome::erased));
  BOOST_TEST(!holds(full.redis, "key"));
}

BOOST_AUTO_TEST_CASE(at_maxmemory_scripts_that_only_delete_run_also_when_they_are_new_to_the_server) {
  FullRedis full;
  full.server().tell({"SCRIPT", "FLUSH"});
  BOOST_TEST((erase_if(full.redis, "key", "other") == EraseIfOutcome::mismatch));
  full.server().tell({"SCRIPT", "FLUSH"});
  BOOST_TEST((erase_if(full.redis, "key", "bytes") == EraseIfOutcome::erased));
  BOOST_TEST((erase_if(full.redis, "key", "bytes") == EraseIfOutcome::mismatch));
}

BOOST_AUTO_TEST_CASE(at_maxmemory_a_replace_of_what_has_changed_says_so) {
  FullRedis full;
  BOOST_TEST((replace(full.redis, "key", "other", "new") == ReplaceOutcome::mismatch));
  BOOST_TEST((replace(full.redis, "absent", "other", "new") == ReplaceOutcome::mismatch));
}

BOOST_AUTO_TEST_CASE(with_memory_again_all_is_as_before) {
  FullRedis full;
  check_full(run(full.redis.replace("key", Bytes("bytes"), Bytes("other"), kTtl)), "EVALSHA");
  FullRedis::limit("0");
  BOOST_TEST((replace(full.redis, "key", "bytes", "other") == ReplaceOutcome::replaced));
  BOOST_TEST((create(full.redis, "new", "bytes") == CreateOutcome::created));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
