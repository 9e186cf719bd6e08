// Where Redis keeps whose each entry is, and what becomes of that when a command fails or a cluster changes.

#include <algorithm>
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "core/store/redis/redis_store.h"
#include "tests/support/redis/redis_cluster.h"
#include "tests/support/redis/redis_scripts.h"
#include "tests/support/redis/redis_store_fixture.h"
#include "tests/support/store_calls.h"

namespace session::test {
namespace {

using namespace std::chrono_literals;

StoreTerms owned_by(const std::string& owner, milliseconds ttl = kTtl) {
  StoreTerms terms(ttl);
  terms.owner = owner;
  return terms;
}

// A login that looks how many sessions there are, and removes those that have ended.
StoreTerms limited(const std::string& owner, milliseconds ttl) {
  StoreTerms terms = owned_by(owner, ttl);
  terms.owner_limit = StoreTerms::OwnerLimit{100};
  return terms;
}

Result<CreateOutcome, StoreFailure> create_for(Store& store, const std::string& key, StoreTerms terms) {
  return run(store.create(key, Bytes("bytes"), std::move(terms)));
}

std::vector<std::string> owned(Store& store, const std::string& owner) {
  auto keys = answered(run(store.owned(owner, 100))).keys;
  std::sort(keys.begin(), keys.end());
  return keys;
}

RedisStoreOptions of_cluster(RedisCluster& cluster) {
  RedisStoreOptions options;
  options.addresses = cluster.addresses();
  options.topology = RedisTopology::cluster;
  options.deadline = options.connect_deadline = 20s;
  return options;
}

std::set<std::string> all_keys(Store& store, const std::function<void()>& between = {}) {
  std::set<std::string> keys;
  std::string cursor;
  do {
    const KeyPage page = answered(run(store.keys(cursor, 10)));
    keys.insert(page.keys.begin(), page.keys.end());
    cursor = page.cursor;
    if (between) between();
  } while (!cursor.empty());
  return keys;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(redis_owners)

BOOST_AUTO_TEST_CASE(an_owner_has_a_sorted_set_of_keys_by_their_ends) {
  RedisStoreFixture fixture;
  RedisServer& server = fixture.server();
  answered(create_for(fixture.store(), "key", owned_by("ada", 10min)));
  const RedisReply members = server.tell({"ZRANGE", "session:ada", "0", "-1", "WITHSCORES"});
  BOOST_TEST_REQUIRE(members.elements.size() == 2u);
  BOOST_TEST(members.elements[0].text == "key");
  const auto now = std::chrono::duration_cast<milliseconds>(system_clock().unix_now()).count();
  const double end = std::stod(members.elements[1].text);
  BOOST_TEST(end > static_cast<double>(now + milliseconds(10min + 50s).count()));
  BOOST_TEST(end < static_cast<double>(now + milliseconds(14min + 10s).count()));
  const auto set_ends = server.tell({"PEXPIRETIME", "session:ada"}).integer;
  BOOST_TEST(static_cast<double>(set_ends) == end);
}

BOOST_AUTO_TEST_CASE(a_set_lives_as_long_as_its_longest_member) {
  RedisStoreFixture fixture;
  answered(create_for(fixture.store(), "long", owned_by("ada", 1h)));
  answered(create_for(fixture.store(), "short", owned_by("ada", 1s)));
  BOOST_TEST(fixture.server().tell({"PTTL", "session:ada"}).integer > milliseconds(1h).count());
  fixture.advance(30min);
  answered(create_for(fixture.store(), "other", limited("ada", 1s)));
  BOOST_TEST(owned(fixture.store(), "ada") == (std::vector<std::string>{"long", "other"}),
             boost::test_tools::per_element());
}

// The set vanishes for a moment when the last of its members has ended, and its end with it.
BOOST_AUTO_TEST_CASE(a_set_whose_members_have_all_ended_ends_with_its_next_one) {
  RedisStoreFixture fixture;
  RedisServer& server = fixture.server();
  server.tell({"ZADD", "session:ada", "1", "ended"});
  server.tell({"PEXPIRE", "session:ada", "90000000"});
  answered(create_for(fixture.store(), "key", limited("ada", 1min)));
  BOOST_TEST(owned(fixture.store(), "ada") == std::vector<std::string>{"key"},
             boost::test_tools::per_element());
  const auto left = server.tell({"PTTL", "session:ada"}).integer;
  BOOST_TEST(left > milliseconds(2min).count());
  BOOST_TEST(left < milliseconds(6min).count());
}

// One in eight looks for what has ended.
BOOST_AUTO_TEST_CASE(what_has_ended_goes_with_one_of_the_next_logins) {
  RedisStoreFixture fixture;
  RedisServer& server = fixture.server();
  server.tell({"ZADD", "session:ada", "1", "ended"});
  std::size_t logins = 0;
  const auto ended = [&] { return !server.tell({"ZSCORE", "session:ada", "ended"}).text.empty(); };
  while (ended() && logins < 1000)
    answered(create_for(fixture.store(), "key" + std::to_string(++logins), owned_by("ada", 1min)));
  BOOST_TEST(!ended());
  BOOST_TEST(server.tell({"ZCARD", "session:ada"}).integer == static_cast<std::int64_t>(logins));
}

// A login under way is listed and has no entry yet. One that was cut off stays listed for a minute.
BOOST_AUTO_TEST_CASE(a_key_without_an_entry_stays_listed_for_a_minute) {
  RedisStoreFixture fixture;
  Store& store = fixture.store();
  answered(run(store.own("key", "ada", 10min)));
  const auto disown = [&] {
    answered(run(store.disown("key", "ada", answered(run(store.owned("ada", 10))).as_of)));
    return owned(store, "ada").empty();
  };
  BOOST_TEST(!disown());
  fixture.advance(50s);
  BOOST_TEST(!disown());
  fixture.advance(11s);
  const seconds then = answered(run(store.owned("ada", 10))).as_of;
  answered(run(store.own("key", "ada", 10min)));  // a create of the same key
  answered(run(store.disown("key", "ada", then)));
  BOOST_TEST(owned(store, "ada").size() == 1u);
  fixture.advance(61s);
  answered(run(store.disown("key", "bob", then)));
  BOOST_TEST(disown());
}

// A command that removes the key is executed when its sender has long given up.
BOOST_AUTO_TEST_CASE(a_key_stays_whatever_becomes_of_what_was_found_before_it_had_an_entry) {
  RedisStoreFixture fixture;
  Store& store = fixture.store();
  answered(run(store.own("key", "ada", 10min)));
  const seconds before = answered(run(store.owned("ada", 10))).as_of;
  answered(create_for(store, "key", owned_by("ada", 10min)));
  answered(run(store.disown("key", "ada", before + 59s)));
  BOOST_TEST(owned(store, "ada") == std::vector<std::string>{"key"}, boost::test_tools::per_element());
}

// Without its place in the list a session could not be ended with the others of its user.
BOOST_AUTO_TEST_CASE(an_entry_that_cannot_be_listed_is_not_created) {
  RedisStoreFixture fixture;
  fixture.server().tell({"SET", "session:ada", "no set"});
  BOOST_TEST(!create_for(fixture.store(), "key", owned_by("ada")).has_value());
  BOOST_TEST(!holds(fixture.store(), "key"));
}

// A login waits for Redis once.
BOOST_AUTO_TEST_CASE(one_server_lists_and_creates_in_one_step) {
  ScriptedRedis redis([&redis](unsigned, const RedisCommand& asked) {
    return is(asked, "EVALSHA") ? bytes(":1\r\n") : redis.usual(asked);
  });
  RedisStore store(options_for(redis.address()));
  BOOST_TEST((answered(create_for(store, "key", owned_by("ada"))) == CreateOutcome::created));
  BOOST_TEST(count_of(redis, "EVALSHA") == 1u);
  BOOST_TEST(count_of(redis, "SET") + count_of(redis, "ZSCORE") + count_of(redis, "TIME") == 0u);
}

// What looks like one server may hide a cluster, which refuses commands for keys that it keeps apart.
BOOST_AUTO_TEST_CASE(a_server_that_keeps_the_keys_apart_is_asked_for_one_after_the_other) {
  const std::string now = "*2\r\n$10\r\n1700000000\r\n$1\r\n0\r\n";
  ScriptedRedis redis([&](unsigned, const RedisCommand& asked) {
    if (is(asked, "TIME")) return bytes(now);
    if (is(asked, "ZSCORE")) return bytes("$5\r\n20000\r\n");  // 1700000000 modulo 60,000
    if (!is(asked, "EVALSHA")) return redis.usual(asked);
    return bytes(asked[2] == "2" ? "-CROSSSLOT Keys in request don't hash to the same slot\r\n" : ":1\r\n");
  });
  RedisStore store(options_for(redis.address()));
  BOOST_TEST((answered(create_for(store, "key", owned_by("ada"))) == CreateOutcome::created));
  BOOST_TEST(count_of(redis, "EVALSHA") == 2u);
  BOOST_TEST(count_of(redis, "SET") == 1u);
  BOOST_TEST(holds(store, "key"));
}

BOOST_AUTO_TEST_CASE(a_key_that_exists_is_not_created_again_and_may_be_listed) {
  RedisStoreFixture fixture;
  answered(create_for(fixture.store(), "key", 1min));
  BOOST_TEST((answered(create_for(fixture.store(), "key", owned_by("ada"))) == CreateOutcome::exists));
  BOOST_TEST(fixture.server().tell({"PTTL", "session:key"}).integer <= 60'000);
}

// Nobody is logged out by that, and no session lives unlisted: the next write tries again.
BOOST_AUTO_TEST_CASE(an_entry_is_extended_as_far_as_it_is_listed_if_the_list_fails) {
  RedisStoreFixture fixture;
  answered(create_for(fixture.store(), "key", owned_by("ada", 5min)));
  fixture.server().tell({"SET", "session:ada", "no set"});
  StoreTerms longer = owned_by("ada", 1h);
  longer.former = StoreTerms::Former{5, 5min, "ada"};
  BOOST_TEST((answered(run(fixture.store().touch("key", longer))) == TouchOutcome::touched));
  BOOST_TEST((load(fixture.store(), "key")->time_left > 5min - 10s));
  BOOST_TEST((load(fixture.store(), "key")->time_left <= 6min));
  BOOST_TEST((answered(run(fixture.store().replace("key", Bytes("bytes"), Bytes("new"), longer))) ==
              ReplaceOutcome::replaced));
  BOOST_TEST((load(fixture.store(), "key")->time_left > 5min - 10s));
  BOOST_TEST((load(fixture.store(), "key")->time_left <= 6min));
  longer.former->owner = "bob";
  BOOST_TEST(!run(fixture.store().replace("key", Bytes("new"), Bytes("newer"), longer)).has_value());
  BOOST_TEST(text_of(fixture.store(), "key") == "new");
}

// A write within the same minute needs no command for the list: it would double the cost of most writes.
BOOST_AUTO_TEST_CASE(a_write_that_moves_the_end_by_less_than_a_minute_leaves_the_list) {
  RedisStoreFixture fixture;
  answered(create_for(fixture.store(), "key", owned_by("ada", 10min)));
  fixture.server().tell({"DEL", "session:ada"});
  StoreTerms same = owned_by("ada", 10min);
  same.former = StoreTerms::Former{5, 10min, "ada"};
  answered(run(fixture.store().replace("key", Bytes("bytes"), Bytes("bytes"), same)));
  BOOST_TEST(owned(fixture.store(), "ada").empty());
  same.ttl = 12min;
  answered(run(fixture.store().replace("key", Bytes("bytes"), Bytes("bytes"), same)));
  BOOST_TEST(owned(fixture.store(), "ada") == std::vector<std::string>{"key"},
             boost::test_tools::per_element());
}

// The times to live grow as if time passed, so that the server's own clock can stand still meanwhile. What
// the gateways know of the entry is old, and their clocks differ.
BOOST_AUTO_TEST_CASE(an_entry_stays_listed_however_densely_gateways_write_it) {
  RedisStoreFixture fixture;
  RedisServer& server = fixture.server();
  ShiftedClock behind;
  behind.shift_unix(-40s);
  RedisStore other(RedisStoreFixture::options(), behind);
  answered(create_for(fixture.store(), "key", owned_by("ada", 10min)));
  server.tell({"CONFIG", "RESETSTAT"});
  constexpr seconds kPassed = 15min;
  for (seconds passed{0}; passed < kPassed; passed += 7s) {
    Store& store = passed.count() % 2 == 0 ? fixture.store() : other;
    StoreTerms terms = owned_by("ada", 10min + passed);
    terms.former = StoreTerms::Former{5, 10min + passed, "ada"};
    if (passed.count() % 3 == 0) {
      BOOST_TEST((answered(run(store.touch("key", terms))) == TouchOutcome::touched));
    } else {
      BOOST_TEST((answered(run(store.replace("key", Bytes("bytes"), Bytes("bytes"), terms))) ==
                  ReplaceOutcome::replaced));
    }
    const auto score = std::stoll(server.tell({"ZSCORE", "session:ada", "key"}).text);
    BOOST_TEST(score - score % 60000 >= server.tell({"PEXPIRETIME", "session:key"}).integer);
  }
  const std::string calls = server.tell({"INFO", "commandstats"}).text;
  const std::string zadd = "cmdstat_zadd:calls=";
  const auto at = calls.find(zadd);
  BOOST_TEST_REQUIRE(at != std::string::npos);
  BOOST_TEST(std::stoi(calls.substr(at + zadd.size())) <= 16);
}

// A store may have few keys of its own among a great many.
BOOST_AUTO_TEST_CASE(a_page_without_a_key_ends_in_time_and_keeps_its_place) {
  Scripted scripted("SCAN", {"*2\r\n$1\r\n7\r\n*0\r\n"}, 400ms);
  const KeyPage page = answered(run(scripted.store.keys("", 1)));
  BOOST_TEST(page.keys.empty());
  BOOST_TEST(page.cursor.ends_with(".7"));
  BOOST_TEST(count_of(scripted.redis, "SCAN") >= 2u);
  const RedisCommand last = scripted.redis.seen().back();
  BOOST_TEST(std::count(last.begin(), last.end(), "300") == 1);
}

// Each process of Redis hashes keys with a seed of its own, so the place in the scan of one means nothing to
// the next.
BOOST_AUTO_TEST_CASE(keys_are_found_although_the_server_restarts_meanwhile) {
  RedisSetup setup;
  setup.options = {"appendonly yes"};
  RedisServer server(std::move(setup));
  RedisStoreOptions options = RedisStoreFixture::options();
  options.addresses = {server.unix_address()};
  RedisStore store(options);
  std::set<std::string> expected;
  for (int i = 0; i < 300; ++i) {
    const std::string key = "key" + std::to_string(i);
    create(store, key, "bytes");
    expected.insert(key);
  }
  int pages = 0;
  const auto found = all_keys(store, [&] {
    if (++pages != 15) return;
    server.stop();
    server.start();
    while (server.ask({"GET", "session:key1"}).kind == RedisReply::Kind::error) {
    }
    while (!run(store.load("key1")).has_value()) {
    }
  });
  BOOST_TEST(pages > 15);
  BOOST_TEST(found == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_script_that_the_server_has_forgotten_is_sent_again) {
  RedisStoreFixture fixture;
  fixture.server().tell({"SCRIPT", "FLUSH"});
  BOOST_TEST((answered(create_for(fixture.store(), "key", owned_by("ada"))) == CreateOutcome::created));
}

BOOST_AUTO_TEST_CASE(the_sets_are_no_keys_of_the_store_and_other_prefixes_are_not_ours) {
  RedisStoreFixture fixture;
  fixture.server().tell({"SET", "elsewhere:x", "foreign"});
  answered(create_for(fixture.store(), "key", owned_by("ada")));
  BOOST_TEST(all_keys(fixture.store()) == std::set<std::string>{"key"}, boost::test_tools::per_element());
  RedisStoreOptions options = fixture.options();
  options.prefix = "a*[b]?";
  RedisStore odd(options);
  create(odd, "key2", "bytes");
  BOOST_TEST(all_keys(odd) == std::set<std::string>{"key2"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(in_a_cluster_an_owner_has_entries_on_all_nodes) {
  RedisCluster cluster;
  RedisStore store(of_cluster(cluster));
  std::set<std::string> expected;
  for (int i = 0; i < 60; ++i) {
    const std::string key = "key" + std::to_string(i);
    answered(create_for(store, key, owned_by("ada")));
    expected.insert(key);
  }
  const auto found = owned(store, "ada");
  BOOST_TEST(std::set(found.begin(), found.end()) == expected, boost::test_tools::per_element());
  BOOST_TEST(all_keys(store) == expected, boost::test_tools::per_element());
  for (const std::string& key : found) erase(store, key, "ada");
  BOOST_TEST(owned(store, "ada").empty());
}

// The cursor of one node means nothing to another, and what moves to a node that was read already would be
// missed.
BOOST_AUTO_TEST_CASE(keys_are_found_although_their_slot_moves_meanwhile) {
  RedisCluster cluster;
  RedisStore store(of_cluster(cluster));
  std::set<std::string> expected;
  for (int i = 0; i < 60; ++i) {
    const std::string key = "{tag}" + std::to_string(i);
    create(store, key, "bytes");
    expected.insert(key);
  }
  const int slot = cluster.slot_of("session:{tag}0");
  const auto from = cluster.master_of_slot(slot);
  bool moved = false;
  const auto found = all_keys(store, [&] {
    if (std::exchange(moved, true)) return;
    cluster.migrate_slot(slot, (from + 1) % 3);
  });
  BOOST_TEST(found == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
