// The permissions that docs/redis.md asks for are enough for everything, and each of them is needed.

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "core/store/redis/redis_store.h"
#include "tests/support/e2e/documented_access.h"
#include "tests/support/redis/redis_cluster.h"
#include "tests/support/redis/redis_store_fixture.h"
#include "tests/support/redis/sentinel_group.h"
#include "tests/support/store_calls.h"

namespace session::test {
namespace {

using namespace std::chrono_literals;
using Rules = std::vector<std::string>;

constexpr const char* kPassword = "of-the-gateway";
constexpr const char* kDenied = "its access control denies the gateway's user this command or these keys";

Rules without(const Rules& rules, const std::string& one) {
  Rules left;
  std::remove_copy(rules.begin(), rules.end(), std::back_inserter(left), one);
  return left;
}

Rules with(Rules rules, const Rules& more) {
  rules.insert(rules.end(), more.begin(), more.end());
  return rules;
}

// `rules` begin with "reset": what the user was allowed before does not count.
void allow(RedisServer& server, const Rules& rules, const std::string& user = "gateway") {
  RedisCommand command = {"ACL", "SETUSER", user};
  command.insert(command.end(), rules.begin(), rules.end());
  server.tell(command);
}

RedisStoreOptions as_gateway(RedisStoreOptions options) {
  options.user = "gateway";
  options.password = [] { return Secret(kPassword); };
  options.deadline = options.connect_deadline = 20s;
  return options;
}

// The failure of an answer that has one, if there was none before.
template <class T>
void note(const Result<T, StoreFailure>& answer, std::string& failure) {
  if (!answer && failure.empty()) failure = answer.error().detail;
}

Task<std::string> do_everything(Store& store, std::string key) {
  std::string failure;
  const Bytes first("first");
  const Bytes second("second");
  const Bytes third("third");
  note(co_await store.create(key, first, kTtl), failure);
  note(co_await store.load(key), failure);
  note(co_await store.touch(key, kTtl), failure);
  note(co_await store.replace(key, first, second, kTtl), failure);
  note(co_await store.replace(key, second, third, kTtl), failure);  // the server has the script now
  note(co_await store.erase_if(key, first), failure);
  note(co_await store.erase_if(key, third), failure);
  note(co_await store.create(key, first, kTtl), failure);
  note(co_await store.erase(key), failure);
  StoreTerms owned(kTtl);
  owned.owner = "ada";
  owned.owner_limit = StoreTerms::OwnerLimit{5};
  note(co_await store.create(key, first, owned), failure);
  note(co_await store.own(key, "ada", kTtl), failure);  // beside what is listed already
  note(co_await store.owned("ada", 5), failure);
  note(co_await store.erase(key, "ada"), failure);
  note(co_await store.disown(key, "ada", 0s), failure);
  note(co_await store.keys("", 5), failure);
  co_return failure;
}

// The first failure of all that a store does; "" if there is none.
std::string why_not(const RedisStoreOptions& options, const std::string& key = "key") {
  RedisStore store(options);
  return run(do_everything(store, key));
}

RedisStoreOptions of_one_server() { return as_gateway(RedisStoreFixture::options()); }

// The server forgets its scripts, so that they are sent by text once more.
std::string with_rules(const Rules& rules, const RedisStoreOptions& options) {
  RedisServer& server = RedisStoreFixture::server();
  allow(server, rules);
  server.tell({"SCRIPT", "FLUSH"});
  server.tell({"ZADD", "session:ada", "1", "ended long ago"});
  return why_not(options);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(redis_access)

// --- One server ---

BOOST_AUTO_TEST_CASE(what_is_documented_for_one_server_is_enough) {
  const Rules rules = documented_rules(kPassword);
  BOOST_TEST(with_rules(rules, of_one_server()) == "");
}

BOOST_AUTO_TEST_CASE(each_permission_that_is_documented_is_needed_but_for_name_role_and_info) {
  const Rules rules = documented_rules(kPassword);
  int needed = 0;
  for (const std::string& rule : rules) {
    if (!rule.starts_with('+') && !rule.starts_with('~')) continue;
    BOOST_TEST_CONTEXT(rule) {
      const std::string failure = with_rules(without(rules, rule), of_one_server());
      if (rule == "+client|setname" || rule == "+role" || rule == "+info") {
        BOOST_TEST(failure == "");
      } else {
        BOOST_TEST(failure.ends_with(kDenied));
        ++needed;
      }
    }
  }
  BOOST_TEST(needed == 18);
}

BOOST_AUTO_TEST_CASE(keys_with_another_prefix_are_out_of_reach) {
  allow(RedisStoreFixture::server(), documented_rules(kPassword));
  RedisStoreOptions options = of_one_server();
  options.prefix = "elsewhere:";
  RedisStore elsewhere(options);
  const auto denied = run(elsewhere.load("key"));
  BOOST_TEST_REQUIRE(denied.has_error());
  BOOST_TEST(denied.error().detail ==
             to_text(options.addresses.front()) + ": GETRANGE failed: " + std::string(kDenied));
}

BOOST_AUTO_TEST_CASE(another_database_needs_select) {
  const Rules rules = documented_rules(kPassword);
  RedisStoreOptions options = of_one_server();
  options.database = 3;
  BOOST_TEST(with_rules(rules, options).ends_with(": the handshake failed: " + std::string(kDenied)));
  BOOST_TEST(with_rules(with(rules, documented_addition("for a database other than 0")), options) == "");
}

// --- Sentinel ---

BOOST_AUTO_TEST_CASE(sentinel_needs_role_and_its_own_user_may_ask_for_the_master) {
  SentinelGroup group({.sentinel_password = "of the sentinels"});
  const Rules rules = documented_rules(kPassword);
  const Rules sentinels_rules =
      with({"reset", "on", ">of-the-watcher"}, documented_addition("(`store.redis.sentinel_user`) needs"));
  for (std::size_t i = 0; i < 3; ++i) allow(group.sentinel(i), sentinels_rules, "watcher");
  RedisStoreOptions options;
  options.addresses = group.sentinel_addresses();
  options.topology = RedisTopology::sentinel;
  options.master_name = SentinelGroup::kName;
  options = as_gateway(std::move(options));
  options.sentinel_user = "watcher";
  options.sentinel_password = [] { return Secret("of-the-watcher"); };

  allow(group.master(), rules);
  BOOST_TEST((group.replica().tell({"ACL", "GETUSER", "gateway"}).kind == RedisReply::Kind::nil));
  BOOST_TEST(why_not(options) == "");
  options.sentinel_user = "";
  options.sentinel_password = [] { return Secret("of the sentinels"); };
  BOOST_TEST(why_not(options) == "");

  allow(group.master(), without(rules, "+role"));
  BOOST_TEST(why_not(options) ==
             to_text(group.master().address()) + ": the handshake failed: " + std::string(kDenied));
  options.sentinel_password = [] { return Secret("wrong"); };
  BOOST_TEST(why_not(options).ends_with(": the handshake failed: user or password are wrong"));
  options.sentinel_password = nullptr;
  BOOST_TEST(why_not(options).ends_with(": the handshake failed: it asks for a password"));
}

// --- Cluster ---

BOOST_AUTO_TEST_CASE(a_cluster_needs_its_slots_and_asking) {
  RedisCluster cluster;
  const Rules rules = with(documented_rules(kPassword), documented_addition("With Cluster add"));
  const auto allow_all = [&cluster](const Rules& allowed) {
    for (std::size_t i = 0; i < RedisCluster::kNodes; ++i) allow(cluster.node(i), allowed);
  };
  RedisStoreOptions options;
  options.addresses = {cluster.node(0).address()};
  options.topology = RedisTopology::cluster;
  options = as_gateway(std::move(options));
  const std::string key = cluster.key_on(1, "session:key").substr(std::string("session:").size());
  const int slot = cluster.slot_of("session:" + key);

  allow_all(rules);
  BOOST_TEST(why_not(options, key) == "");
  cluster.begin_migration(slot, 2);
  BOOST_TEST(why_not(options, key) == "");

  allow_all(without(rules, "+asking"));
  BOOST_TEST(why_not(options, key) ==
             to_text(cluster.node(2).address()) + ": SET failed: " + std::string(kDenied));
  allow_all(without(rules, "+cluster|slots"));
  BOOST_TEST(why_not(options, key) ==
             "no node of the cluster tells who has which slots: " + to_text(cluster.node(0).address()) +
                 ": CLUSTER SLOTS failed: " + std::string(kDenied));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
