// One Redis server under load that dies, restarts or stands still: outages, and nothing worse.

#include <chrono>
#include <string>

#include <boost/test/unit_test.hpp>

#include "tests/resilience/drill.h"
#include "tests/support/redis/cut_proxy.h"

namespace session::gateway::test {
namespace {

using namespace std::chrono_literals;
using session::test::CutProxy;
using session::test::RedisServer;
using session::test::RedisSetup;

bool takes_commands(RedisServer& redis) { return redis.ask({"PING"}).text == "PONG"; }

void wait_until_back(RedisServer& redis, Drill& drill) {
  wait_until("Redis to take commands", [&] { return takes_commands(redis); });
  drill.back();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(drills_single)

BOOST_AUTO_TEST_CASE(a_server_that_is_killed_costs_outages_and_no_session_and_no_acknowledged_write) {
  // What Redis has acknowledged is with the kernel by then, which outlives it.
  RedisServer redis(RedisSetup{.options = {"appendonly yes", "appendfsync no"}});
  Drill drill({.name = "kill_9", .redis = url_of(redis.unix_address()), .gateways = 2});
  drill.begin();
  redis.kill();
  drill.hold_without_redis(1s);
  redis.start();
  wait_until_back(redis, drill);
  drill.finish({&redis});
}

BOOST_AUTO_TEST_CASE(a_server_that_is_still_loading_is_an_outage_until_it_has_loaded) {
  // It saves when it is stopped; and loads for a second and a half, and answers meanwhile.
  RedisServer redis(RedisSetup{
      .options = {"save 3600 1", "key-load-delay 500", "loading-process-events-interval-bytes 1024"}});
  redis.tell({"DEBUG", "POPULATE", "3000", "filler"});
  Drill drill({.name = "restart_loading", .redis = url_of(redis.unix_address())});
  drill.begin();
  redis.stop();
  redis.start();
  BOOST_TEST(redis.info("loading") == "1");
  drill.wait_for_outages();
  wait_until_back(redis, drill);
  drill.finish({&redis});
}

BOOST_AUTO_TEST_CASE(a_server_that_stands_still_for_two_seconds_is_an_outage_for_so_long) {
  RedisServer redis;
  Drill drill({.name = "sigstop_2s", .redis = url_of(redis.unix_address())});
  drill.begin();
  redis.pause();
  drill.redis_is_gone(Drill::Gone::it_stands_still);
  Drill::hold_for(800ms);
  BOOST_TEST(drill.figures().outages == 0u);  // the deadline of a command is 1 s
  Drill::hold_for(1200ms);
  drill.redis_may_answer();
  redis.resume();
  drill.back();
  // 100 ms are meant.
  drill.finish({&redis}, {.back_within = 1s});
}

// A write or a touch that fails ends a copy; here there are none.
BOOST_AUTO_TEST_CASE(checks_of_a_server_that_stands_still_are_an_outage_once_copies_rely_on_it_no_more) {
  RedisServer redis;
  Drill drill({.name = "sigstop_checks",
               .redis = url_of(redis.unix_address()),
               .mix = {.reads = 0, .writes = 0},
               .touch_every = "1m"});
  drill.begin();
  redis.pause();
  drill.redis_is_gone(Drill::Gone::it_stands_still);
  Drill::hold_for(kCopiesRely + 1s);
  drill.redis_may_answer();
  redis.resume();
  drill.back();
  drill.finish({&redis});
}

BOOST_AUTO_TEST_CASE(a_server_that_stands_still_twice_for_400_ms_costs_nobody_an_answer) {
  RedisServer redis;
  Drill drill({.name = "sigstop_400ms_twice", .redis = url_of(redis.unix_address()), .connections = 32});
  drill.begin();
  for (int stall = 0; stall < 2; ++stall) {
    redis.pause();
    Drill::hold_for(400ms);
    redis.resume();
    drill.wait_for_answers();
  }
  drill.back();
  drill.finish({&redis}, {.without_outage = true});
}

// As a lost packet does: the kernel waits at least 200 ms before it sends it again.
BOOST_AUTO_TEST_CASE(replies_that_are_held_up_for_220_ms_cost_nobody_an_answer) {
  RedisServer redis;
  CutProxy proxy(redis.unix_address());
  Drill drill({.name = "lost_packet", .redis = url_of(proxy.address()), .connections = 32});
  drill.begin();
  for (int packet = 0; packet < 5; ++packet) {
    proxy.hold();
    Drill::hold_for(220ms);
    proxy.release();
    drill.wait_for_answers();
  }
  drill.back();
  drill.finish({&redis}, {.without_outage = true});
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway::test
