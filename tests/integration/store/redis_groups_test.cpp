// A RedisStore behind Sentinel and in a Redis Cluster: follows who is master, and who has which key.

#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "core/base/await.h"
#include "core/store/redis/redis_store.h"
#include "tests/support/redis/redis_cluster.h"
#include "tests/support/redis/sentinel_group.h"
#include "tests/support/run_all.h"
#include "tests/support/store_calls.h"

namespace session::test {
namespace {

using namespace std::chrono_literals;

RedisStoreOptions options_for(std::vector<RedisAddress> addresses, RedisTopology topology) {
  RedisStoreOptions options;
  options.addresses = std::move(addresses);
  options.topology = topology;
  options.master_name = topology == RedisTopology::sentinel ? SentinelGroup::kName : "";
  options.deadline = 2s;
  options.connect_deadline = 2s;
  return options;
}

// Creates keys until one is acknowledged; the last that was tried.
Task<std::string> create_until_acknowledged(Store& store, std::string stem) {
  for (int i = 0; i < 4000; ++i) {
    const std::string key = stem + std::to_string(i);
    Bytes value(key);
    const auto created = co_await store.create(key, value, 1min);
    if (created) co_return key;
    co_await pause(5ms);
  }
  throw std::runtime_error("no write is acknowledged");
}

void check_own(RedisStore& store, int keys) {
  run([](RedisStore& at, int count) -> Task<> {
    for (int i = 0; i < count; ++i) {
      const std::string key = "key" + std::to_string(i);
      const auto loaded = co_await at.load(key);
      BOOST_TEST((answered(loaded)->bytes.view() == key));
    }
  }(store, keys));
}

void create_own(RedisStore& store, int keys) {
  run([](RedisStore& at, int count) -> Task<> {
    for (int i = 0; i < count; ++i) {
      const std::string key = "key" + std::to_string(i);
      Bytes value(key);
      const auto created = co_await at.create(key, value, 1min);
      BOOST_TEST((answered(created) == CreateOutcome::created));
    }
  }(store, keys));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(redis_groups)

BOOST_AUTO_TEST_CASE(the_sentinels_master_is_used_and_followed_when_it_dies) {
  SentinelGroup group;
  RedisStore store(options_for(group.sentinel_addresses(), RedisTopology::sentinel));
  create_own(store, 20);
  BOOST_TEST(group.master().tell({"GET", "session:key7"}).text == "key7");
  group.wait_for_replica();
  run([](SentinelGroup& servers, RedisStore& at) -> Task<> {
    const std::string before = co_await create_until_acknowledged(at, "before");
    BOOST_TEST(servers.master().tell({"GET", "session:" + before}).text == before);
    servers.kill_master();
    const std::string after = co_await create_until_acknowledged(at, "after");
    BOOST_TEST(servers.master().tell({"GET", "session:" + after}).text == after);
  }(group, store));
}

BOOST_AUTO_TEST_CASE(keys_are_found_in_a_cluster_also_while_and_after_their_slot_moves) {
  RedisCluster cluster;
  RedisStore store(options_for({cluster.node(0).address()}, RedisTopology::cluster));
  create_own(store, 100);
  check_own(store, 100);
  const int slot = cluster.slot_of("session:key42");
  const auto from = cluster.master_of_slot(slot);
  const auto migration = cluster.begin_migration(slot, (from + 1) % 3);
  check_own(store, 100);
  cluster.move_keys(migration);
  check_own(store, 100);
  BOOST_TEST((replace(store, "key42", "key42", "changed") == ReplaceOutcome::replaced));
  BOOST_TEST((replace(store, "key42", "changed", "key42") == ReplaceOutcome::replaced));
  cluster.finish_migration(migration);
  check_own(store, 100);
}

BOOST_AUTO_TEST_CASE(a_master_of_a_cluster_that_dies_is_an_outage_until_its_replica_takes_over) {
  RedisCluster cluster;
  RedisStore store(
      options_for({cluster.node(1).address(), cluster.node(0).address()}, RedisTopology::cluster));
  const std::string stem = "{" + cluster.key_on(0) + "}";
  run([](RedisCluster& servers, RedisStore& at, std::string keys) -> Task<> {
    (void)co_await create_until_acknowledged(at, keys + "before");
    servers.kill_master(0);
    const std::string after = co_await create_until_acknowledged(at, keys + "after");
    const auto loaded = co_await at.load(after);
    BOOST_TEST((answered(loaded)->bytes.view() == after));
  }(cluster, store, stem));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
