// What a RedisStore asks again, what it does not, and for how long it tries.

#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "core/base/await.h"
#include "core/store/redis/redis_store.h"
#include "tests/support/fake_clock.h"
#include "tests/support/redis/redis_scripts.h"
#include "tests/support/run_all.h"
#include "tests/support/store_calls.h"

namespace session::test {

using namespace std::chrono_literals;
using Kind = StoreFailure::Kind;

BOOST_AUTO_TEST_SUITE(redis_repeats)

BOOST_AUTO_TEST_CASE(a_script_sent_by_its_hash_and_then_whole_has_one_deadline) {
  ScriptedRedis redis;
  redis.answers([&](unsigned, const RedisCommand& command) {
    return is(command, "EVALSHA") || is(command, "EVAL") ? ScriptedReply{} : redis.usual(command);
  });
  FakeClock clock;
  RedisStore store(options_for(redis.address(), 2s), clock);
  run([](RedisStore& at, ScriptedRedis& server, FakeClock& time) -> Task<> {
    bool failed = false;
    std::vector<Task<>> tasks;
    tasks.push_back([](RedisStore& store_at, bool& done) -> Task<> {
      Bytes old("old");
      const auto erased = co_await store_at.erase_if("key", old);
      BOOST_TEST((failure_of(erased).kind == Kind::unavailable));
      done = true;
    }(at, failed));
    tasks.push_back([](ScriptedRedis& late, FakeClock& passing, bool& done) -> Task<> {
      const auto asked_by_hash = [&late] { return count_of(late, "EVALSHA") == 1; };
      co_await until(asked_by_hash);
      passing.advance(1200ms);
      late.send(1, "-NOSCRIPT No matching script. Please use EVAL.\r\n");
      const auto asked_whole = [&late] { return count_of(late, "EVAL") == 1; };
      co_await until(asked_whole);
      BOOST_TEST(!done);
      // The deadline was set when the first of the two went out.
      passing.advance(800ms);
      const auto over = [&done] { return done; };
      co_await until(over);
    }(server, time, failed));
    co_await together(std::move(tasks));
  }(store, redis, clock));
  BOOST_TEST(count_of(redis, "EVAL") == 1u);
}

// --- Answers that make no sense ---

BOOST_AUTO_TEST_CASE(a_value_that_is_too_large_is_asked_for_once_and_ends_one_connection) {
  Scripted scripted("GETRANGE", bytes("$900000000\r\n" + std::string(300'000, 'x')));
  BOOST_TEST(failed_load(scripted.store).detail.ends_with("a reply is too large"));
  BOOST_TEST(count_of(scripted.redis, "GETRANGE") == 1u);
}

BOOST_AUTO_TEST_CASE(what_is_not_redis_is_asked_once) {
  Scripted scripted("GETRANGE", ScriptedReply{"HTTP/1.1 400 Bad Request\r\n\r\n", true});
  BOOST_TEST((failed_load(scripted.store).kind == Kind::unavailable));
  BOOST_TEST(count_of(scripted.redis, "GETRANGE") == 1u);
}

BOOST_AUTO_TEST_CASE(a_read_behind_one_that_makes_no_sense_is_asked_again) {
  ScriptedRedis redis;
  redis.answers([&](unsigned, const RedisCommand& command) {
    if (is(command, "GETRANGE") && command[1] == "session:large")
      return bytes("$900000000\r\n" + std::string(300'000, 'x'));
    return redis.usual(command);
  });
  RedisStore store(options_for(redis.address()));
  run([](RedisStore& at) -> Task<> {
    std::vector<Task<>> loads;
    loads.push_back([](RedisStore& store_at) -> Task<> {
      const auto large = co_await store_at.load("large");
      BOOST_TEST(large.has_error());
    }(at));
    loads.push_back([](RedisStore& store_at) -> Task<> {
      const auto behind = co_await store_at.load("behind");
      BOOST_TEST(!answered(behind).has_value());
    }(at));
    co_await together(std::move(loads));
  }(store));
  BOOST_TEST(count_of(redis, "GETRANGE") >= 2u);
}

BOOST_AUTO_TEST_CASE(a_server_that_answers_wrongly_each_time_is_called_on_with_growing_pauses) {
  Scripted scripted("GETRANGE", bytes(":1\r\n"));
  const Clock::Steady begin = system_clock().steady_now();
  run([](RedisStore& at) -> Task<> {
    for (int i = 0; i < 6; ++i) {
      const auto loaded = co_await at.load("key");
      BOOST_TEST((failure_of(loaded).kind == Kind::unavailable));
    }
  }(scripted.store));
  // Half of 10, 20, 40, 80 and 160 ms, at the least: a busy machine only makes it longer.
  BOOST_TEST((system_clock().steady_now() - begin >= 155ms));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
