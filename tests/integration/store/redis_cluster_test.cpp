// A RedisStore and the nodes of a cluster that disagree, change, or say a lot.

#include <atomic>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "core/base/await.h"
#include "core/store/redis/redis_store.h"
#include "core/store/redis/topology/slots.h"
#include "tests/support/fake_clock.h"
#include "tests/support/redis/redis_scripts.h"
#include "tests/support/redis/scripted_redis.h"
#include "tests/support/run_all.h"
#include "tests/support/store_calls.h"

namespace session::test {
namespace {

using namespace std::chrono_literals;

// As CLUSTER SLOTS names one, with its id and what is known about it.
std::string node_text(const RedisAddress& address) {
  const std::string about = resp_array({resp_bulk("hostname"), resp_bulk("redis.example")});
  return resp_array({resp_bulk(address.host), resp_integer(address.port), resp_bulk("id"), about});
}

std::string range_text(unsigned first, unsigned last, const RedisAddress& master, int replicas = 0) {
  std::vector<std::string> parts = {resp_integer(first), resp_integer(last), node_text(master)};
  for (int i = 0; i < replicas; ++i) parts.push_back(node_text(RedisAddress{"10.0.0.9", 7000}));
  return resp_array(parts);
}

ScriptedReply all_slots_at(const RedisAddress& master) {
  return {resp_array({range_text(0, kSlots - 1, master)})};
}

RedisStoreOptions cluster_of(std::vector<RedisAddress> addresses) {
  RedisStoreOptions options;
  options.addresses = std::move(addresses);
  options.topology = RedisTopology::cluster;
  options.deadline = options.connect_deadline = 20s;
  return options;
}

// A key whose slot is in this half of all slots.
std::string key_in(unsigned half) {
  for (int i = 0;; ++i) {
    const std::string key = "key" + std::to_string(i);
    if (slot_of("session:" + key) / (kSlots / 2) == half) return key;
  }
}

Task<> load_until_answered(RedisStore& store) {
  bool whole = false;
  while (!whole) {
    const auto loaded = co_await store.load("key");
    whole = loaded.has_value();
    co_await pause(1ms);
  }
}

Task<> create_at(RedisStore& store, std::string key, bool& done) {
  Bytes value("value");
  const auto created = co_await store.create(key, value, 1min);
  done = true;
  BOOST_TEST((answered(created) == CreateOutcome::created));
}

template <class Condition>
Task<> leave_when(Condition condition, std::atomic<bool>& leaves) {
  co_await until(condition);
  leaves = true;
}

// Begins a moment after the others, as operators' browsers do.
Task<> scan_after(RedisStore& store, std::chrono::microseconds wait) {
  SteadyTimer timer(co_await boost::asio::this_coro::executor, wait);
  (void)co_await timer.async_wait(kAwaitTuple);
  const auto page = co_await store.keys("", 100);
  BOOST_TEST(page.has_value(), (page.has_error() ? page.error().detail : std::string()));
}

Task<> fail_until(RedisStore& store, std::string key, const bool& done) {
  while (!done) {
    const auto failed = co_await store.load(key);
    BOOST_TEST(failed.has_error());
    co_await pause(1ms);
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(redis_cluster)

BOOST_AUTO_TEST_CASE(a_node_that_knows_old_news_only_is_not_believed_for_ever) {
  ScriptedRedis one({}, Wire::tcp);
  ScriptedRedis other({}, Wire::tcp);
  for (const bool swapped : {false, true}) {
    ScriptedRedis& stale = swapped ? one : other;
    ScriptedRedis& sound = swapped ? other : one;
    stale.answers([&](unsigned, const RedisCommand& command) {
      if (is(command, "CLUSTER")) return all_slots_at(stale.address());
      if (is(command, "GETRANGE")) return ScriptedReply{"-CLUSTERDOWN The cluster is down\r\n"};
      return stale.usual(command);
    });
    sound.answers([&](unsigned, const RedisCommand& command) {
      return is(command, "CLUSTER") ? all_slots_at(sound.address()) : sound.usual(command);
    });
    RedisStore store(cluster_of({one.address(), other.address()}));
    run(load_until_answered(store));
  }
}

BOOST_AUTO_TEST_CASE(a_cluster_in_thousands_of_pieces_is_understood) {
  ScriptedRedis redis({}, Wire::tcp);
  std::vector<std::string> ranges;
  for (unsigned slot = 0; slot < kSlots; slot += 4)
    ranges.push_back(range_text(slot, slot + 3, redis.address(), 2));
  redis.answers([&, slots = resp_array(ranges)](unsigned, const RedisCommand& command) {
    return is(command, "CLUSTER") ? ScriptedReply{slots} : redis.usual(command);
  });
  RedisStore store(cluster_of({redis.address()}));
  BOOST_TEST(!holds(store, "key"));
}

BOOST_AUTO_TEST_CASE(a_redirection_is_remembered_and_costs_its_detour_once) {
  ScriptedRedis former({}, Wire::tcp);
  ScriptedRedis owner({}, Wire::tcp);
  std::atomic<int> maps = 0;
  former.answers([&](unsigned, const RedisCommand& command) {
    // After the first one nobody has a new slot map: what is learned is learned by the redirection.
    if (is(command, "CLUSTER")) return maps++ == 0 ? all_slots_at(former.address()) : bytes("-ERR later\r\n");
    if (!is(command, "GETRANGE") && !is(command, "PTTL")) return former.usual(command);
    return bytes("-MOVED " + std::to_string(slot_of(command[1])) + " " + to_text(owner.address()) + "\r\n");
  });
  RedisStore store(cluster_of({former.address()}));
  run([](RedisStore& at) -> Task<> {
    for (int i = 0; i < 3; ++i) {
      const auto loaded = co_await at.load("key");
      BOOST_TEST(!answered(loaded).has_value());
    }
  }(store));
  BOOST_TEST(count_of(former, "GETRANGE") == 1u);
  BOOST_TEST(count_of(owner, "GETRANGE") == 3u);
}

BOOST_AUTO_TEST_CASE(however_many_commands_fail_the_slots_are_asked_for_at_intervals) {
  ScriptedRedis node({}, Wire::tcp);
  node.answers([&](unsigned, const RedisCommand& command) {
    if (is(command, "CLUSTER")) return all_slots_at(node.address());
    if (is(command, "GETRANGE")) return bytes("-CLUSTERDOWN The cluster is down\r\n");
    return node.usual(command);
  });
  FakeClock clock;
  RedisStore store(cluster_of({node.address()}), clock);
  run([](RedisStore& at, ScriptedRedis& server, FakeClock& time) -> Task<> {
    for (std::size_t rounds = 1; rounds <= 3; ++rounds) {
      for (int i = 0; i < 50; ++i) {
        const auto failed = co_await at.load("key");
        BOOST_TEST(failed.has_error());
      }
      const auto asked = [&server, rounds] { return count_of(server, "CLUSTER") >= rounds; };
      co_await until(asked);
      BOOST_TEST(count_of(server, "CLUSTER") == rounds);
      time.advance(100ms);
    }
  }(store, node, clock));
}

// Every scan wants a slot map that was read after it began, and the slots are asked for at intervals: who
// comes too early to ask takes the map that another one has asked for since.
BOOST_AUTO_TEST_CASE(scans_that_begin_shortly_after_each_other_share_slot_maps) {
  ScriptedRedis node({}, Wire::tcp);
  node.answers([&](unsigned, const RedisCommand& command) {
    if (is(command, "SCAN")) return ScriptedReply{resp_array({resp_bulk("0"), resp_array({})})};
    return is(command, "CLUSTER") ? all_slots_at(node.address()) : node.usual(command);
  });
  RedisStore store(cluster_of({node.address()}));
  std::vector<Task<>> scans;
  for (int i = 0; i < 100; ++i) scans.push_back(scan_after(store, i * 310us));
  run(together(std::move(scans)));
  BOOST_TEST(count_of(node, "CLUSTER") < 30u);
}

BOOST_AUTO_TEST_CASE(what_waits_for_a_node_that_has_left_is_asked_of_the_one_that_has_the_key_now) {
  ScriptedRedis leaving({}, Wire::tcp);
  ScriptedRedis staying({}, Wire::tcp);
  std::atomic<bool> left = false;
  leaving.answers([](unsigned, const RedisCommand&) { return ScriptedReply{}; });  // not even the greeting
  staying.answers([&](unsigned, const RedisCommand& command) {
    if (is(command, "GETRANGE")) return ScriptedReply{"-CLUSTERDOWN The cluster is down\r\n"};
    if (!is(command, "CLUSTER")) return staying.usual(command);
    if (left) return all_slots_at(staying.address());
    return ScriptedReply{resp_array({range_text(0, kSlots / 2 - 1, staying.address()),
                                     range_text(kSlots / 2, kSlots - 1, leaving.address())})};
  });
  std::vector<std::string> told;
  RedisStoreOptions options = cluster_of({staying.address()});
  options.on_event = [&told](const RedisEvent& event) {
    if (event.kind == RedisEvent::Kind::left) told.push_back(event.server);
  };
  RedisStore store(options);
  run([](RedisStore& at, ScriptedRedis& slow, std::atomic<bool>& leaves) -> Task<> {
    bool done = false;
    std::vector<Task<>> tasks;
    tasks.push_back(create_at(at, key_in(1), done));
    const auto greeted = [&slow] { return slow.commands() > 0; };
    tasks.push_back(leave_when(greeted, leaves));
    tasks.push_back(fail_until(at, key_in(0), done));  // so that the nodes are asked anew
    co_await together(std::move(tasks));
  }(store, leaving, left));
  const std::vector<std::string> expected = {to_text(leaving.address())};
  BOOST_TEST(told == expected, boost::test_tools::per_element());
}

// In a cluster an owner's list and the entry are on different nodes, so they are written one after the other.
// Whatever answer is lost, the caller hears of a failure, and what may be there stays listed: nothing removes
// it from the list.
BOOST_AUTO_TEST_CASE(a_create_whose_answer_is_lost_leaves_its_entry_listed) {
  for (const std::string lost : {"SET", "ZSCORE"}) {
    ScriptedRedis node({}, Wire::tcp);
    node.answers([&](unsigned, const RedisCommand& command) {
      if (is(command, "CLUSTER")) return all_slots_at(node.address());
      ScriptedReply reply = node.usual(command);
      return is(command, lost) ? ScriptedReply{std::nullopt, true} : reply;
    });
    RedisStore store(cluster_of({node.address()}));
    StoreTerms terms(10min);
    terms.owner = "ada";
    BOOST_TEST(run(store.create("key", Bytes("bytes"), terms)).has_error(), lost);
    BOOST_TEST(holds(store, "key"), lost);
    std::string order;
    for (const RedisCommand& command : node.seen()) {
      const std::string& name = command.front();
      if (name == "EVALSHA") order += "list of " + command[3] + ", ";
      if (name == "SET") order += "entry, ";
      BOOST_TEST(name != "ZREM");
      BOOST_TEST(name != "DEL");
    }
    BOOST_TEST(order == "list of session:ada, entry, ", lost);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
