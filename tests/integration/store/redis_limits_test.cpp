// A value that is larger than the limit costs its own key only: it does not cross the network, and no
// connection ends.

#include <atomic>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/redis/redis_cluster.h"
#include "tests/support/redis/redis_scripts.h"
#include "tests/support/redis/redis_store_fixture.h"
#include "tests/support/run_all.h"
#include "tests/support/store_calls.h"

namespace session::test {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kLimit = 1000;
constexpr LoadTerms kWithoutTime{.time_left = false};
constexpr const char* kHuge = "17000000";

// What the server has sent to all its clients.
std::size_t bytes_sent(RedisServer& server) { return std::stoul(server.info("total_net_output_bytes")); }

// Of what a load with that limit returns.
std::size_t size_of(Store& store, const std::string& key, std::size_t max_bytes = LoadTerms::kAnySize) {
  const auto entry = answered(run(store.load(key, LoadTerms{max_bytes})));
  BOOST_TEST_REQUIRE(entry.has_value());
  return entry->bytes.size();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(redis_limits)

BOOST_AUTO_TEST_CASE(a_value_up_to_the_limit_is_whole_and_a_larger_one_is_there_without_its_bytes) {
  RedisStoreFixture fixture;
  for (const std::size_t size : {std::size_t{1}, kLimit - 1, kLimit}) {
    const std::string value(size, 'x');
    fixture.server().tell({"SET", "session:key", value});
    const auto entry = answered(run(fixture.redis.load("key", LoadTerms{kLimit})));
    BOOST_TEST_REQUIRE(entry.has_value());
    BOOST_TEST((entry->bytes.view() == value));
  }
  for (const std::size_t size : {kLimit + 1, kLimit + 2, 100 * kLimit}) {
    fixture.server().tell({"SET", "session:key", std::string(size, 'x'), "PX", "60000"});
    const auto entry = answered(run(fixture.redis.load("key", LoadTerms{kLimit})));
    BOOST_TEST_REQUIRE(entry.has_value());
    BOOST_TEST(entry->bytes.size() == 0u);
    BOOST_TEST((entry->time_left > 30s && entry->time_left <= 60s));
  }
}

BOOST_AUTO_TEST_CASE(of_a_value_of_17_mb_no_more_than_the_limit_and_a_margin_crosses_the_network) {
  RedisStoreFixture fixture;
  std::vector<std::size_t> told;
  RedisStoreOptions options = RedisStoreFixture::options();
  options.on_too_large = [&told](std::size_t max_bytes) { told.push_back(max_bytes); };
  RedisStore store(options);
  fixture.server().tell({"SETRANGE", "session:huge", kHuge, "x"});
  create(store, "other", "mine");
  const std::string connections = fixture.server().info("total_connections_received");
  const std::size_t before = bytes_sent(fixture.server());
  run([](RedisStore& at) -> Task<> {
    const LoadTerms terms = {kLimit};
    for (int i = 0; i < 20; ++i) {
      const auto huge = co_await at.load("huge", terms);
      BOOST_TEST(answered(huge)->bytes.size() == 0u);
      const auto other = co_await at.load("other");
      BOOST_TEST(answered(other)->bytes.view() == "mine");
    }
  }(store));
  // Beside these, the answers to INFO.
  BOOST_TEST(bytes_sent(fixture.server()) - before < 20 * kLimit + 20'000);
  BOOST_TEST(std::stoul(fixture.server().info("total_connections_received")) - std::stoul(connections) <= 1u);
  BOOST_TEST(told == std::vector<std::size_t>(20, kLimit), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_node_of_a_cluster_sends_no_more_either) {
  RedisCluster cluster;
  RedisStoreOptions options;
  options.addresses = {cluster.node(0).address()};
  options.topology = RedisTopology::cluster;
  options.deadline = options.connect_deadline = kNever;
  RedisStore store(options);
  BOOST_TEST(!holds(store, "key"));
  create(store, "key", std::string(50 * kLimit, 'x'));
  BOOST_TEST(size_of(store, "key", kLimit) == 0u);
  BOOST_TEST(size_of(store, "key", 50 * kLimit) == 50 * kLimit);
}

BOOST_AUTO_TEST_CASE(a_limit_belongs_to_one_read_and_stays_below_that_of_the_options) {
  RedisStoreFixture fixture;
  RedisStoreOptions options = RedisStoreFixture::options();
  options.max_value_bytes = 2 * kLimit;
  RedisStore store(options);
  create(store, "key", std::string(2 * kLimit, 'x'));
  create(store, "larger", std::string(2 * kLimit + 1, 'x'));
  // In flight at the same time, as requests of two configurations are at a reload.
  const auto read = [&store](std::size_t max_bytes, std::size_t expected) -> Task<> {
    const LoadTerms terms = {max_bytes};
    const auto loaded = co_await store.load("key", terms);
    BOOST_TEST(answered(loaded)->bytes.size() == expected);
  };
  std::vector<Task<>> reads;
  reads.push_back(read(kLimit, 0));
  reads.push_back(read(100 * kLimit, 2 * kLimit));
  reads.push_back(read(kLimit, 0));
  run(together(std::move(reads)));
  BOOST_TEST(size_of(store, "key") == 2 * kLimit);
  BOOST_TEST(size_of(store, "larger") == 0u);
}

// --- Replies to GETRANGE alone do not say whether there is a key ---

BOOST_AUTO_TEST_CASE(an_empty_value_is_there_and_a_missing_one_is_not) {
  RedisStoreFixture fixture;
  fixture.server().tell({"SET", "session:key", ""});
  BOOST_TEST(size_of(fixture.store(), "key") == 0u);
  BOOST_TEST(!holds(fixture.store(), "other"));
}

BOOST_AUTO_TEST_CASE(a_load_without_the_time_left_asks_for_the_value_alone) {
  ScriptedRedis redis([&](unsigned, const RedisCommand& command) { return redis.usual(command); });
  RedisStore store(options_for(redis.address()));
  create(store, "key", "value");
  const auto entry = answered(run(store.load("key", kWithoutTime)));
  BOOST_TEST_REQUIRE(entry.has_value());
  BOOST_TEST(entry->bytes.view() == "value");
  BOOST_TEST(!entry->time_left.has_value());
  BOOST_TEST(count_of(redis, "PTTL") == 0u);
  BOOST_TEST(count_of(redis, "GETRANGE") == 1u);
}

BOOST_AUTO_TEST_CASE(without_the_time_left_too_an_empty_value_is_there_and_a_missing_one_is_not) {
  RedisStoreFixture fixture;
  fixture.server().tell({"SET", "session:key", "", "PX", "60000"});
  const auto empty = answered(run(fixture.redis.load("key", kWithoutTime)));
  BOOST_TEST_REQUIRE(empty.has_value());
  BOOST_TEST((empty->time_left > 50s && empty->time_left <= 60s));
  BOOST_TEST(!answered(run(fixture.redis.load("other", kWithoutTime))).has_value());
  fixture.server().tell({"RPUSH", "session:list", "a"});
  const auto foreign = answered(run(fixture.redis.load("list", kWithoutTime)));
  BOOST_TEST_REQUIRE(foreign.has_value());
  BOOST_TEST(foreign->bytes.size() == 0u);
}

BOOST_AUTO_TEST_CASE(a_value_that_is_created_between_the_two_replies_is_read_once_more) {
  ScriptedRedis redis;
  std::atomic<int> reads = 0;
  redis.answers([&](unsigned, const RedisCommand& command) {
    if (is(command, "GETRANGE")) return bytes(++reads == 1 ? resp_bulk("") : resp_bulk("created"));
    if (is(command, "PTTL")) return bytes(resp_integer(60'000));
    return redis.usual(command);
  });
  RedisStore store(options_for(redis.address()));
  BOOST_TEST(text_of(store, "key") == "created");
  BOOST_TEST(reads == 2);
}

BOOST_AUTO_TEST_CASE(a_value_that_expires_between_the_two_replies_is_absent) {
  Scripted scripted("GETRANGE", bytes(resp_bulk("expired")));  // PTTL says -2: there is no such key
  BOOST_TEST(!holds(scripted.store, "key"));
  BOOST_TEST(count_of(scripted.redis, "GETRANGE") == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
