// A RedisStore and sentinels that disagree, or name a master that is none.

#include <array>
#include <atomic>
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
namespace {

using namespace std::chrono_literals;

// Three sentinels, each of which names what a test says, and two servers.
struct Group {
  Group() {
    for (std::size_t i = 0; i < 3; ++i) {
      sentinels[i].answers([this, i](unsigned, const RedisCommand& command) {
        if (!is(command, "SENTINEL")) return sentinels[i].usual(command);
        const RedisAddress& master = servers[names[i]].address();
        return bytes(resp_array({resp_bulk(master.host), resp_bulk(std::to_string(master.port))}));
      });
    }
    for (std::size_t i = 0; i < 2; ++i) {
      servers[i].answers([this, i](unsigned, const RedisCommand& command) {
        if (!is(command, "ROLE")) return servers[i].usual(command);
        return bytes(resp_array({resp_bulk(masters[i] ? "master" : "slave"), resp_integer(0)}));
      });
    }
    options.addresses = {sentinels[0].address(), sentinels[1].address(), sentinels[2].address()};
    options.topology = RedisTopology::sentinel;
    options.master_name = "the-master";
    options.deadline = options.connect_deadline = kNever;
  }

  // How often the sentinel has been asked.
  std::size_t asked(std::size_t i) { return count_of(sentinels[i], "SENTINEL"); }

  std::array<std::atomic<std::size_t>, 3> names{};
  std::array<std::atomic<bool>, 2> masters{true, true};
  std::array<ScriptedRedis, 3> sentinels;
  std::array<ScriptedRedis, 2> servers{ScriptedRedis({}, Wire::tcp), ScriptedRedis({}, Wire::tcp)};
  RedisStoreOptions options;
};

Task<> load_until_answered(RedisStore& store) {
  bool whole = false;
  while (!whole) {
    const auto loaded = co_await store.load("key");
    whole = loaded.has_value();
    co_await pause(1ms);
  }
}

// Lets time pass until all sentinels have been asked about the master once more. Two of the three name this
// one.
Task<> check_once(Group& group, FakeClock& clock, std::size_t named) {
  group.names[0] = group.names[1] = named;
  const auto asked = [&group, &clock, first = group.asked(0), last = group.asked(2)] {
    if (group.asked(0) == first) clock.advance(100ms);
    return group.asked(2) > last;
  };
  co_await until(asked);
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(redis_opinions, Group)

BOOST_AUTO_TEST_CASE(when_the_master_that_one_sentinel_names_is_none_the_next_one_is_asked) {
  for (const std::size_t sound : {0U, 1U, 2U}) {
    for (std::size_t i = 0; i < 3; ++i) names[i] = i == sound ? 0 : 1;
    masters[1] = false;
    RedisStore store(options);
    run(load_until_answered(store));
  }
}

BOOST_AUTO_TEST_CASE(a_master_that_most_sentinels_have_replaced_is_left_though_it_does_not_know) {
  RedisStore store(options);
  run([](RedisStore& at, Group& group) -> Task<> {
    co_await load_until_answered(at);
    group.names[1] = group.names[2] = 1;
    const auto left = [&group] { return group.servers[1].connections() == 1; };
    co_await until(left);
    const auto asked_again = [&group, before = group.asked(1)] { return group.asked(1) >= before + 3; };
    co_await until(asked_again);
    co_await load_until_answered(at);
  }(store, *this));
  BOOST_TEST(servers[0].connections() == 1u);
  BOOST_TEST(servers[1].connections() == 1u);
  BOOST_TEST(count_of(servers[1], "GETRANGE") > 0u);
}

BOOST_AUTO_TEST_CASE(another_master_that_is_named_in_one_check_and_not_in_the_next_changes_nothing) {
  FakeClock clock;
  RedisStore store(options, clock);
  run([](RedisStore& at, Group& group, FakeClock& time) -> Task<> {
    co_await load_until_answered(at);
    for (const std::size_t named : {0U, 1U, 0U, 1U, 0U}) co_await check_once(group, time, named);
  }(store, *this, clock));
  BOOST_TEST(servers[1].connections() == 0u);
}

BOOST_AUTO_TEST_CASE(one_sentinel_of_three_that_names_another_master_changes_nothing) {
  RedisStore store(options);
  run([](RedisStore& at, Group& group) -> Task<> {
    co_await load_until_answered(at);
    group.names[0] = 1;
    const auto asked = [&group] { return group.asked(0) >= 4; };
    co_await until(asked);
  }(store, *this));
  BOOST_TEST(servers[1].connections() == 0u);
  for (const ScriptedRedis& sentinel : sentinels) BOOST_TEST(sentinel.connections() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
