// A Sentinel failover and a cluster that changes, under load.

#include <string>

#include <boost/test/unit_test.hpp>

#include "tests/resilience/drill.h"
#include "tests/support/redis/redis_cluster.h"
#include "tests/support/redis/sentinel_group.h"

namespace session::gateway::test {
namespace {

using session::test::RedisCluster;
using session::test::RedisServer;
using session::test::SentinelGroup;

// Until the replica has all that the master has now. What comes later may be lost with it.
void wait_until_copied(RedisServer& master, RedisServer& replica) {
  const long long written = std::stoll(master.info("master_repl_offset"));
  wait_until("the replica to have everything",
             [&] { return std::stoll(replica.info("slave_repl_offset")) >= written; });
}

std::string any_session_on(RedisServer& node) {
  return node.tell({"SCAN", "0", "MATCH", "session:*", "COUNT", "1000"}).elements.at(1).elements.at(0).text;
}

std::vector<RedisServer*> masters(RedisCluster& cluster) {
  std::vector<RedisServer*> all;
  for (std::size_t i = 0; i < RedisCluster::kNodes; ++i) {
    if (cluster.node(i).running() && cluster.node(i).info("role") == "master")
      all.push_back(&cluster.node(i));
  }
  return all;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(drills_groups)

BOOST_AUTO_TEST_CASE(a_failover_by_sentinels_costs_outages_and_no_session) {
  SentinelGroup group;
  Drill drill(
      {.name = "sentinel_failover",
       .redis = urls_of(group.sentinel_addresses(), "sentinel") + ", master_name: " + SentinelGroup::kName,
       .others = 4,  // three sentinels, two servers
       .memory = Memory::may_lose_the_last_moment});
  wait_until_copied(group.master(), group.replica());
  drill.begin();
  group.kill_master();  // returns when there is another one: how long that takes is the sentinels' own affair
  drill.back();
  drill.finish({&group.master()});
}

BOOST_AUTO_TEST_CASE(a_slot_that_moves_in_a_cluster_is_not_noticed) {
  RedisCluster cluster;
  Drill drill({.name = "cluster_slot_moves",
               .redis = urls_of(cluster.addresses(), "cluster") + ", deadline: 2s, connect_deadline: 2s",
               .others = RedisCluster::kNodes - 1});
  drill.begin();
  for (std::size_t from = 0; from < RedisCluster::kMasters; ++from) {
    const int slot = cluster.slot_of(any_session_on(cluster.node(from)));
    const auto migration = cluster.begin_migration(slot, (from + 1) % RedisCluster::kMasters);
    drill.wait_for_answers(1000);
    cluster.move_keys(migration);
    drill.wait_for_answers(1000);
    cluster.finish_migration(migration);
    drill.wait_for_answers(1000);
  }
  drill.back();
  drill.finish(masters(cluster), {.without_outage = true});
}

BOOST_AUTO_TEST_CASE(a_master_of_a_cluster_that_dies_costs_outages_and_no_session) {
  RedisCluster cluster;
  Drill drill({.name = "cluster_master_lost",
               .redis = urls_of(cluster.addresses(), "cluster"),
               .others = RedisCluster::kNodes - 1,
               .memory = Memory::may_lose_the_last_moment});
  wait_until_copied(cluster.node(0), cluster.node(RedisCluster::kMasters));
  drill.begin();
  cluster.kill_master(0);
  drill.back();
  drill.finish(masters(cluster));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway::test
