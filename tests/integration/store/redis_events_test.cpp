// What an operator hears of a store, and what comes of it if nobody can hear.

#include <atomic>
#include <stdexcept>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "core/base/await.h"
#include "core/store/redis/redis_store.h"
#include "tests/support/redis/cut_proxy.h"
#include "tests/support/redis/redis_scripts.h"
#include "tests/support/run_all.h"
#include "tests/support/store_calls.h"

namespace session::test {
namespace {

using namespace std::chrono_literals;

std::string shown(const RedisEvent& event) {
  static const std::vector<std::string> names = {"connected", "lost",      "down",       "moved",
                                                 "left",      "announced", "unannounced"};
  return names[static_cast<std::size_t>(event.kind)] + " " + event.server;
}

RedisStoreOptions told(RedisStoreOptions options, std::vector<std::string>& events) {
  options.on_event = [&events](const RedisEvent& event) { events.push_back(shown(event)); };
  return options;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(redis_events)

BOOST_AUTO_TEST_CASE(a_listener_that_throws_does_not_end_the_store) {
  ScriptedRedis redis;
  CutProxy proxy(redis.address());
  RedisStoreOptions options = options_for(proxy.address());
  options.on_event = [](const RedisEvent&) { throw std::runtime_error("no room for the log"); };
  RedisStore store(options);
  run([](RedisStore& at, CutProxy& way) -> Task<> {
    for (unsigned round = 1; round <= 3; ++round) {
      const auto loaded = co_await at.load("key");
      BOOST_TEST(!answered(loaded).has_value());
      way.cut();
      const auto connected_anew = [&way, round] { return way.connections() > round; };
      co_await until(connected_anew);
    }
  }(store, proxy));
}

BOOST_AUTO_TEST_CASE(a_new_master_is_told_of_when_it_is_connected_and_not_before) {
  ScriptedRedis sentinel;
  ScriptedRedis before({}, Wire::tcp);
  ScriptedRedis after({}, Wire::tcp);
  std::atomic<bool> gone = false;
  std::atomic<bool> ready = false;
  sentinel.answers([&](unsigned, const RedisCommand& command) {
    if (!is(command, "SENTINEL")) return sentinel.usual(command);
    const RedisAddress& master = gone ? after.address() : before.address();
    return bytes(resp_array({resp_bulk(master.host), resp_bulk(std::to_string(master.port))}));
  });
  before.answers([&](unsigned, const RedisCommand& command) {
    return is(command, "ROLE") ? bytes(resp_array({resp_bulk("master")})) : before.usual(command);
  });
  after.answers([&](unsigned, const RedisCommand& command) {
    return is(command, "ROLE") ? bytes(resp_array({resp_bulk(ready ? "master" : "slave")}))
                               : after.usual(command);
  });
  std::vector<std::string> events;
  RedisStoreOptions options = told(options_for(sentinel.address()), events);
  options.topology = RedisTopology::sentinel;
  options.master_name = "the-master";
  RedisStore store(options);
  const std::string first = to_text(before.address());
  const std::string second = to_text(after.address());
  run([](RedisStore& at, ScriptedRedis& old, ScriptedRedis& fresh, std::atomic<bool>& leaves,
         std::atomic<bool>& takes_over, std::vector<std::string>& heard) -> Task<> {
    const auto loaded = co_await at.load("key");
    BOOST_TEST(!answered(loaded).has_value());
    leaves = true;
    old.cut();
    const auto tried = [&fresh] { return fresh.connections() >= 3; };
    co_await until(tried);
    takes_over = true;
    const auto told_all = [&heard] { return heard.size() >= 5; };
    co_await until(told_all);
  }(store, before, after, gone, ready, events));
  const std::vector<std::string> expected = {"connected " + first, "lost " + first, "down " + second,
                                             "moved " + second, "connected " + second};
  BOOST_TEST(events == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
