// Copies that serve without a question to Redis, and what ends them.

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/redis/near_cache_fixture.h"
#include "tests/support/redis/redis_cluster.h"

namespace session::test {
namespace {

using namespace std::chrono_literals;
using EventKind = RedisEvent::Kind;

StoreTerms owned_by(const std::string& owner) {
  StoreTerms terms(10min);
  terms.owner = owner;
  return terms;
}

// Sets the entries of keys 0, 1 ..., in one step of the server.
void set_all(RedisServer& redis, int count, const std::string& value) {
  redis.tell({"EVAL",
              "for i = 0, ARGV[1] - 1 do redis.call('SET', 'session:' .. i, ARGV[2], 'PX', 600000) end", "0",
              std::to_string(count), value});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(redis_near_cache)

BOOST_AUTO_TEST_CASE(a_copy_serves_without_a_question) {
  Near near;
  near.put("key", "value");
  near.warm("key");
  const std::size_t asked = near.loads();
  for (int i = 0; i < 100; ++i) BOOST_TEST(near.store.text("key") == "value");
  BOOST_TEST(near.loads() == asked);
  const auto entry = near.store.read("key");
  BOOST_REQUIRE((entry && *entry));
  BOOST_TEST((*(*entry)->time_left <= 10min && *(*entry)->time_left > 9min));
  BOOST_TEST(!(*entry)->stale);
}

BOOST_AUTO_TEST_CASE(who_needs_the_entry_itself_gets_it_and_absence_is_never_a_copy) {
  Near near;
  near.put("key", "value");
  near.warm("key");
  const std::size_t asked = near.loads();
  BOOST_TEST(near.store.run((*near.store).load("key"))->value().bytes.view() == "value");
  BOOST_TEST(near.loads() == asked + 1);
  for (int i = 0; i < 3; ++i) BOOST_TEST(near.store.text("other") == "(absent)");
  BOOST_TEST(near.loads() == asked + 4);
}

BOOST_AUTO_TEST_CASE(what_another_program_does_ends_a_copy) {
  Near near(2);
  for (const RedisCommand& change : std::vector<RedisCommand>{{"SET", "session:key", "new"},
                                                              {"APPEND", "session:key", "er"},
                                                              {"PEXPIRE", "session:key", "60000"},
                                                              {"DEL", "session:key"}}) {
    const std::string value = "before " + change[0];
    near.put("key", value);
    near.wait_for("key", value);
    near.warm("key");
    const auto announced = near.store.stats().announcements;
    near.redis.tell(change);
    wait_until("the change to be announced", [&] { return near.store.stats().announcements > announced; });
    const RedisReply now = near.redis.tell({"GET", "session:key"});
    BOOST_TEST(near.store.text("key", 0) == (now.kind == RedisReply::Kind::nil ? "(absent)" : now.text));
    BOOST_TEST(near.store.text("key", 1) == (now.kind == RedisReply::Kind::nil ? "(absent)" : now.text));
  }
}

// Without a moment in which another worker of this gateway could meet the former entry.
BOOST_AUTO_TEST_CASE(a_write_of_this_gateway_ends_a_copy_before_its_answer) {
  Near near(2);
  RedisStore& store = *near.store;
  const Bytes first("first");
  const Bytes second("second");
  for (int round = 0; round < 50; ++round) {
    (void)near.store.run(store.create("key", first, owned_by("ada")));
    (void)near.store.text("key", 0);
    (void)near.store.text("key", 1);
    (void)near.store.run(store.replace("key", first, second, owned_by("ada")), 0);
    BOOST_TEST(near.store.text("key", 1) == "second");
    BOOST_TEST(near.store.text("key", 0) == "second");
    if (round % 2 == 0) {
      (void)near.store.run(store.erase("key", "ada"), 1);
    } else {
      (void)near.store.run(store.erase_if("key", second, "ada"), 1);
    }
    BOOST_TEST(near.store.text("key", 0) == "(absent)");
    BOOST_TEST(near.store.text("key", 1) == "(absent)");
  }
}

// The copy is that of a worker which hears no announcement any more, and nobody knows that yet.
BOOST_AUTO_TEST_CASE(a_write_of_this_gateway_ends_a_copy_without_being_announced) {
  const Bytes first("first");
  const std::vector<std::pair<std::string, std::function<void(LoopedStore&)>>> writes = {
      {"second", [&](LoopedStore& at) { (void)at.run((*at).replace("key", first, Bytes("second"), 10min)); }},
      {"(absent)", [](LoopedStore& at) { (void)at.run((*at).erase("key")); }},
      {"(absent)", [&](LoopedStore& at) { (void)at.run((*at).erase_if("key", first)); }}};
  for (const auto& [after, write] : writes) {
    Near near(2);
    near.put("key", "first");
    near.warm("key", 1);
    near.store.stop(1);
    const auto hits = near.store.stats().hits;
    BOOST_TEST(near.store.text("key") == "first");
    BOOST_TEST(near.store.stats().hits == hits + 1);
    write(near.store);
    BOOST_TEST(near.store.text("key") == after);
  }
}

BOOST_AUTO_TEST_CASE(a_touch_is_seen_at_once) {
  Near near(2);
  near.put("key", "value");
  near.warm("key");
  (void)near.store.run((*near.store).touch("key", StoreTerms(1h)), 1);
  const auto entry = near.store.read("key");
  BOOST_REQUIRE((entry && *entry));
  BOOST_TEST((*(*entry)->time_left > 50min));
}

BOOST_AUTO_TEST_CASE(an_entry_ends_for_its_copy_too) {
  Near near;
  near.redis.tell({"SET", "session:key", "value", "PX", "300"});
  near.wait_for("key", "(absent)");
}

BOOST_AUTO_TEST_CASE(copies_end_when_all_entries_do) {
  Near near;
  near.put("a", "1");
  near.put("b", "2");
  near.warm("a");
  near.warm("b");
  near.redis.tell({"FLUSHALL"});
  near.wait_for("a", "(absent)");
  BOOST_TEST(near.store.text("b") == "(absent)");
  near.put("a", "3");
  near.warm("a");
  BOOST_TEST(near.store.text("a") == "3");
}

// Whichever of both connections is lost, announcements may be.
BOOST_AUTO_TEST_CASE(copies_end_with_either_connection_and_serve_again_later) {
  for (const std::string type : {"pubsub", "normal"}) {
    Near near;
    near.put("key", "value");
    near.warm("key");
    const auto flushes = near.store.stats().flushes;
    near.redis.tell({"CLIENT", "KILL", "TYPE", type});
    wait_until("the loss to be noticed", [&] { return near.store.stats().flushes > flushes; });
    near.put("key", "new");
    BOOST_TEST(near.store.text("key") == "new");
    near.warm("key");
    near.put("key", "newer");
    near.wait_for("key", "newer");
  }
}

// A server remembers for so many keys whom to tell of their changes. For what it forgets, it says so at once.
BOOST_AUTO_TEST_CASE(copies_end_that_the_server_has_no_room_to_watch) {
  Near near;
  near.redis.tell({"CONFIG", "SET", "tracking-table-max-keys", "10"});
  set_all(near.redis, 200, "old");
  for (int i = 0; i < 200; ++i) (void)near.store.text(std::to_string(i));
  wait_until("the server to give keys up", [&] { return near.store.stats().announcements >= 150; });
  BOOST_TEST(std::stoi(near.redis.info("tracking_total_keys")) < 50);
  set_all(near.redis, 200, "new");
  for (int i = 0; i < 200; ++i) near.wait_for(std::to_string(i), "new");
}

// A server that has too much to say to a connection closes it, and what it had to say is lost.
BOOST_AUTO_TEST_CASE(copies_end_when_the_server_has_too_much_to_announce) {
  Near near;
  near.redis.tell({"CONFIG", "SET", "client-output-buffer-limit", "pubsub 32kb 0 0"});
  set_all(near.redis, 3000, "old");
  for (int i = 0; i < 3000; ++i) (void)near.store.text(std::to_string(i));
  near.warm("0");
  const auto flushes = near.store.stats().flushes;
  set_all(near.redis, 3000, "new");
  wait_until("the loss to be noticed", [&] { return near.store.stats().flushes > flushes; });
  for (int i = 0; i < 3000; ++i) BOOST_TEST(near.store.text(std::to_string(i)) == "new");
  near.warm("0");
}

BOOST_AUTO_TEST_CASE(a_user_without_the_rights_is_told_of_once_and_served_all_the_same) {
  for (const std::string missing : {"+client|tracking", "+client|id", "+subscribe", "+publish"}) {
    RedisServer redis;
    RedisCommand rules = {
        "ACL",     "SETUSER", "gateway",        "on", ">secret", "~*", "&__redis__:invalidate*", "+@read",
        "+@write", "+role",   "+client|setname"};
    for (const std::string right : {"+client|tracking", "+client|id", "+subscribe", "+publish"}) {
      if (right != missing) rules.push_back(right);
    }
    redis.tell(rules);
    RedisStoreOptions options = with_cache(redis.unix_address());
    options.user = "gateway";
    options.password = [] { return Secret("secret"); };
    LoopedStore store(options);
    redis.tell({"SET", "session:key", "value"});
    wait_until("the refusal", [&] {
      BOOST_TEST(store.text("key") == "value");
      return store.count(EventKind::unannounced) == 1;
    });
    BOOST_TEST(store.events().back().reason.find("access control denies") != std::string::npos);
    for (int i = 0; i < 10; ++i) BOOST_TEST(store.text("key") == "value");
    BOOST_TEST(store.stats().hits == 0u);
  }
}

BOOST_AUTO_TEST_CASE(a_server_from_before_announcements_is_told_of_once_and_used_all_the_same) {
  ScriptedRedis redis([&redis](unsigned, const RedisCommand& asked) {
    if (is(asked, "CLIENT") && asked[1] == "ID") return bytes("-ERR Unknown subcommand or wrong number\r\n");
    return redis.usual(asked);
  });
  LoopedStore store(with_cache(redis.address()));
  (void)store.run((*store).create("key", Bytes("value"), 1h));
  wait_until("the refusal", [&] { return store.count(EventKind::unannounced) == 1; });
  for (int i = 0; i < 5; ++i) BOOST_TEST(store.text("key") == "value");
  BOOST_TEST(store.stats().hits == 0u);
  BOOST_TEST(store.events().back().reason ==
             "CLIENT ID failed: it does not know how to (it takes Redis 6 or later)");
}

// A balancer in front of several servers: a client's number means something else at each.
BOOST_AUTO_TEST_CASE(two_connections_that_lead_to_different_servers_are_not_relied_on) {
  ScriptedRedis redis([&redis](unsigned, const RedisCommand& asked) {
    if (is(asked, "CLIENT") && asked[1] == "ID") return bytes(":7\r\n");
    if (is(asked, "SUBSCRIBE"))
      return bytes(resp_array({resp_bulk("subscribe"), resp_bulk(asked[1]), ":1\r\n"}));
    if (is(asked, "PUBLISH")) return bytes(":0\r\n");
    if (is(asked, "CLIENT") && asked[1] == "TRACKING") return bytes("+OK\r\n");
    return redis.usual(asked);
  });
  LoopedStore store(with_cache(redis.address()));
  (void)store.run((*store).create("key", Bytes("value"), 1h));
  wait_until("the finding", [&] { return store.count(EventKind::unannounced) >= 1; });
  for (int i = 0; i < 5; ++i) BOOST_TEST(store.text("key") == "value");
  BOOST_TEST(store.stats().hits == 0u);
  BOOST_TEST(store.count(EventKind::announced) == 0u);
}

// Such as the connection that was made again by itself, and has no subscription.
BOOST_AUTO_TEST_CASE(a_second_connection_that_does_not_hear_is_not_relied_on) {
  ScriptedRedis redis([&redis](unsigned, const RedisCommand& asked) {
    if (is(asked, "CLIENT") && asked[1] == "ID") return bytes(":7\r\n");
    if (is(asked, "SUBSCRIBE"))
      return bytes(resp_array({resp_bulk("subscribe"), resp_bulk(asked[1]), ":1\r\n"}));
    if (is(asked, "PUBLISH")) return bytes(":1\r\n");
    if (is(asked, "CLIENT") && asked[1] == "TRACKING") return bytes("+OK\r\n");
    return redis.usual(asked);
  });
  RedisStoreOptions options = with_cache(redis.address());
  options.deadline = 100ms;
  LoopedStore store(options);
  (void)store.run((*store).create("key", Bytes("value"), 1h));
  wait_until("the finding", [&] { return store.count(EventKind::unannounced) >= 1; });
  BOOST_TEST(store.events().back().reason == "what is published does not arrive");
  BOOST_TEST(store.count(EventKind::announced) == 0u);
  for (int i = 0; i < 5; ++i) BOOST_TEST(store.text("key") == "value");
  BOOST_TEST(store.stats().hits == 0u);
}

BOOST_AUTO_TEST_CASE(in_a_cluster_each_node_announces_and_a_slot_that_moves_ends_copies) {
  RedisCluster cluster;
  RedisStoreOptions options = with_cache(cluster.node(0).address());
  options.topology = RedisTopology::cluster;
  options.addresses = cluster.addresses();
  LoopedStore store(options);
  std::vector<std::string> keys;
  for (std::size_t node = 0; node < RedisCluster::kMasters; ++node) {
    const std::string key = cluster.key_on(node, "session:key");
    cluster.node(node).tell({"SET", key, "value"});
    keys.push_back(key.substr(std::string("session:").size()));
  }
  for (std::size_t node = 0; node < keys.size(); ++node) {
    warm(store, keys[node]);
    cluster.node(node).tell({"SET", "session:" + keys[node], "new"});
    wait_until("the change", [&] { return store.text(keys[node]) == "new"; });
    warm(store, keys[node]);
  }
  cluster.migrate_slot(cluster.slot_of("session:" + keys[0]), 1);
  cluster.node(1).tell({"SET", "session:" + keys[0], "moved"});
  wait_until("the moved one", [&] { return store.text(keys[0]) == "moved"; });
  warm(store, keys[0]);
  cluster.node(1).tell({"DEL", "session:" + keys[0]});
  wait_until("its end", [&] { return store.text(keys[0]) == "(absent)"; });
  // Another node takes over: without a fault, and because the former one is dead.
  warm(store, keys[1]);
  cluster.fail_over_to(4);
  cluster.node(4).tell({"SET", "session:" + keys[1], "after"});
  wait_until("the successor's value", [&] { return store.text(keys[1]) == "after"; });
  cluster.kill_master(2);
  const std::size_t next = cluster.master_of("session:" + keys[2]);
  cluster.node(next).tell({"SET", "session:" + keys[2], "after"});
  wait_until("the successor's value", [&] { return store.text(keys[2]) == "after"; });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
