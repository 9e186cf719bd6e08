// All sessions of a user end while others begin, move and end, over two gateways, many times over.
//
// SESSION_TEST_ROUNDS sets how many rounds there are, and SESSION_TEST_SEED the seed of the first one;
// each following round has the next one.

#include <string>

#include <boost/test/unit_test.hpp>

#include "tests/support/daemon/end_all_rounds.h"
#include "tests/support/daemon/wire_redis.h"
#include "tests/support/redis/redis_cluster.h"
#include "tests/support/rounds.h"

namespace session::gateway::test {
namespace {

using session::test::number_in;
using session::test::RedisCluster;
using session::test::RedisServer;

constexpr std::uint64_t kRounds = session::test::kSanitized ? 60 : 600;

constexpr const char* kRecordsOfUsers = R"(
local found = 0
for _, key in ipairs(redis.call('KEYS', '*')) do
  if redis.call('TYPE', key).ok == 'string' and string.find(redis.call('GET', key), '"user-', 1, true) then found = found + 1 end
end
return found)";

// Every request extends the session; and none is given up because the machine is slow.
WireGateway::Setup racing(const std::string& store, const std::string& more = {}) {
  WireGateway::Setup setup;
  setup.yaml = "workers: 2\nstore: { type: redis, redis: { " + store + ", deadline: 10s } }\n";
  setup.yaml += "session: { touch_every: 0s }\nlimits: { request_deadline: 1m }\n";
  setup.yaml += "log: { level: info }\n" + more;
  return with_admin(setup);
}

WireGateway::Setup racing_on(const RedisServer& redis, const std::string& more = {}) {
  return racing("url: 'unix://" + redis.unix_address().path + "'", more);
}

WireGateway::Setup racing_on(RedisCluster& cluster) {
  return racing("topology: cluster, urls: ['redis://" + to_text(cluster.node(0).address()) + "']");
}

void check_tally(const EndAllRounds& rounds) {
  for (const auto& [what, times] : rounds.tally()) BOOST_TEST_MESSAGE(what << ": " << times);
  // A race is one if both outcomes happen.
  for (const char* what :
       {"rounds in which a login raced and survived", "rounds in which a login raced and was ended",
        "regenerates", "touches", "destroys", "writes", "logins with the cookie of before",
        "ends by an operator", "ends by the user", "ends by the user of all others"})
    BOOST_TEST(rounds.count(what) > 0, what);
}

// Returns after the first rounds that went wrong.
void race(const WireGateway::Setup& setup) {
  const WireGateway one(setup);
  const WireGateway other(setup);
  EndAllRounds rounds(one, other);
  const std::uint64_t times = number_in("SESSION_TEST_ROUNDS", kRounds);
  const std::uint64_t first = number_in("SESSION_TEST_SEED", 1);
  constexpr int kMostComplaints = 10;
  int complaints = 0;
  for (std::uint64_t seed = first; seed < first + times && complaints < kMostComplaints; ++seed) {
    const std::string wrong = rounds.race(seed);
    BOOST_TEST(wrong == "", "the round of seed " << seed << ": " << wrong);
    complaints += wrong.empty() ? 0 : 1;
  }
  check_tally(rounds);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(wire_end_all)

BOOST_AUTO_TEST_CASE(no_session_from_before_survives_the_end_of_all_whatever_races_it) {
  RedisServer redis;
  race(racing_on(redis));
  BOOST_TEST(redis.tell({"EVAL", kRecordsOfUsers, "0"}).integer == 0);
}

BOOST_AUTO_TEST_CASE(none_does_in_a_cluster) {
  RedisCluster cluster;
  race(racing_on(cluster));
  for (std::size_t i = 0; i < RedisCluster::kMasters; ++i)
    BOOST_TEST(cluster.node(i).tell({"EVAL", kRecordsOfUsers, "0"}).integer == 0);
}

// These leave no tombstones that name the next id.
BOOST_AUTO_TEST_CASE(none_does_where_sessions_are_those_of_express) {
  RedisServer redis;
  race(racing_on(redis, "dialect: express\nexpress: { secrets: [{ value: 'keyboard cat' }] }\n"));
  BOOST_TEST(redis.tell({"EVAL", kRecordsOfUsers, "0"}).integer == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway::test
