// That the groups of servers which the tests against Redis stand on do what their headers say.

#include <chrono>
#include <string>

#include <boost/test/unit_test.hpp>

#include "tests/support/redis/redis_cluster.h"
#include "tests/support/redis/redis_server.h"
#include "tests/support/redis/sentinel_group.h"

using namespace session;
using namespace session::test;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(sentinel_group)

BOOST_AUTO_TEST_CASE(sentinels_name_the_heir_of_a_master_that_was_killed) {
  SentinelGroup group({.password = "of the servers", .sentinel_password = "of the sentinels"});
  BOOST_TEST(&group.master() == &group.server(0));
  group.master().tell({"SET", "key", "value"});
  group.master().tell({"WAIT", "1", "0"});
  group.kill_master();  // returns when another master is named, and throws if none is for long
  BOOST_TEST((group.current_master() == group.server(1).address()));
  BOOST_TEST(group.master().tell({"GET", "key"}).text == "value");
  group.server(0).start();
  group.wait_for_replica();
  BOOST_TEST(group.server(0).ask({"SET", "key", "other"}).text.starts_with("READONLY"));
}

BOOST_AUTO_TEST_CASE(sentinels_change_the_roles_when_asked) {
  SentinelGroup group;
  group.fail_over();
  BOOST_TEST(&group.master() == &group.server(1));
  group.sentinel(0).kill();
  group.fail_over();
  BOOST_TEST(&group.master() == &group.server(0));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(redis_cluster)

BOOST_AUTO_TEST_CASE(a_slot_moves_in_steps_to_another_node) {
  RedisCluster cluster;
  const std::string key = cluster.key_on(0);
  const std::string absent = "{" + key + "}absent";
  const std::string slot = std::to_string(cluster.slot_of(key));
  RedisServer& from = cluster.node(0);
  RedisServer& to = cluster.node(2);
  from.tell({"SET", key, "value", "PX", "60000"});
  const auto migration = cluster.begin_migration(cluster.slot_of(key), 2);
  BOOST_TEST(from.tell({"GET", key}).text == "value");
  BOOST_TEST(from.ask({"GET", absent}).text == "ASK " + slot + " 127.0.0.1:" + std::to_string(to.port()));
  cluster.move_keys(migration);
  BOOST_TEST(from.ask({"GET", key}).text.starts_with("ASK "));
  BOOST_TEST(to.ask({"GET", key}).text == "MOVED " + slot + " 127.0.0.1:" + std::to_string(from.port()));
  cluster.finish_migration(migration);
  BOOST_TEST(to.tell({"GET", key}).text == "value");
  BOOST_TEST(from.ask({"GET", key}).text.starts_with("MOVED "));
  BOOST_TEST(cluster.master_of(key) == 2U);
  cluster.pass_time(60s);
  BOOST_TEST(to.tell({"EXISTS", key}).integer == 0);
}

BOOST_AUTO_TEST_CASE(replicas_take_over) {
  RedisCluster cluster({.password = "of the nodes"});
  const std::string key = cluster.key_on(1);
  cluster.node(1).tell({"SET", key, "value"});
  cluster.node(1).tell({"WAIT", "1", "0"});
  cluster.kill_master(1);
  BOOST_TEST(cluster.master_of(key) == 4U);
  BOOST_TEST(cluster.node(4).tell({"GET", key}).text == "value");
  cluster.fail_over_to(3);
  BOOST_TEST(cluster.master_of_slot(0) == 3U);
  cluster.node(1).start();
  cluster.wait_until_ok();
  wait_until("the old master to follow", [&] { return cluster.node(1).info("master_link_status") == "up"; });
  cluster.migrate_slot(cluster.slot_of(key), 2);
  BOOST_TEST(cluster.node(2).tell({"GET", key}).text == "value");
}

BOOST_AUTO_TEST_SUITE_END()
