// Many requests for one session at the same moment, over two gateways on one Redis.

#include <sys/resource.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "core/json/json.h"
#include "tests/gateway/server/wire_redis.h"
#include "tests/gateway/server/wire_round.h"

namespace session::gateway::test {
namespace {

using session::test::RedisServer;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int kRounds = 3'000;
#else
constexpr int kRounds = 100'000;
#endif
constexpr int kAtOnce = 40;  // rounds that are under way together
constexpr int kSets = 1'000;

constexpr const char* kKeysThatNameAlice = R"(
local found = 0
for _, key in ipairs(redis.call('KEYS', '*')) do
  if string.find(redis.call('GET', key), 'alice', 1, true) then found = found + 1 end
end
return found)";

// Two gateways; what nobody sets a limit for is as by default, but every request of a session extends it.
struct TwoGateways {
  RedisServer redis;
  WireGateway one{touching(redis)};
  WireGateway other{touching(redis)};

  static WireGateway::Setup touching(const RedisServer& redis) {
    WireGateway::Setup setup = on(redis);
    setup.yaml += "session: { touch_every: 0s }\n";
    return setup;
  }

  // How often Redis has been given that command.
  [[nodiscard]] long calls(const std::string& command) {
    const std::string stat = redis.info("cmdstat_" + command);  // calls=12,usec=...
    return stat.empty() ? 0 : std::stol(stat.substr(stat.find('=') + 1));
  }
};

// A connection for every one of them takes more descriptors than some shells allow.
void allow_descriptors(rlim_t wanted) {
  rlimit limit{};
  BOOST_TEST_REQUIRE(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
  if (limit.rlim_cur >= wanted) return;
  limit.rlim_cur = std::min(wanted, limit.rlim_max);
  BOOST_TEST_REQUIRE(::setrlimit(RLIMIT_NOFILE, &limit) == 0);
}

std::string set_request(const std::string& cookie, int n) {
  const std::string key = "key" + std::to_string(n);
  return request(1,
                 asking("session", "POST", {{"HTTP_COOKIE", "session=" + cookie}, {"GATEWAY_ALLOW", "set"}}),
                 R"({"set":{")" + key + "\":" + std::to_string(n) + "}}");
}

// What each act may come to, and comes to at least once, as Round::outcome says it: the acts of a round were
// done one before the other, in any order.
const std::map<Act, std::set<std::string>> kOutcomes = {
    {Act::destroy, {"204"}},
    {Act::set,
     {"200", "200 new", "401 revoked"}},  // before the end; after it, of an own session; with the old id
    {Act::check, {"204", "401 revoked", "401 unknown"}},
    {Act::regenerate, {"200 new", "401 unknown"}},
};

using Tally = std::map<Act, std::map<std::string, int>>;

void check_outcomes(const Tally& tally) {
  for (const auto& [act, outcomes] : tally) {
    std::set<std::string> seen;
    for (const auto& [outcome, count] : outcomes) {
      BOOST_TEST_MESSAGE(to_text(act) << " " << outcome << ": " << count);
      seen.insert(outcome);
    }
    BOOST_TEST(seen == kOutcomes.at(act), boost::test_tools::per_element());
  }
}

// Close together, the slowest act hardly ever wins; in between the first of another round's, it does.
void send_acts(std::vector<Round>& rounds, bool close_together) {
  for (std::size_t i = 0; i < rounds.size() * kActs; ++i) {
    const std::size_t round = close_together ? i / kActs : i % rounds.size();
    const std::size_t act = close_together ? i % kActs : i / rounds.size();
    rounds[round].send_act(act);
  }
}

Json attributes(const WireGateway& gateway, const std::string& cookie) {
  const Answer answer =
      gateway.unix_peer().ask(request(1, asking("session", "GET", {{"HTTP_COOKIE", "session=" + cookie}})));
  BOOST_TEST(answer.status == 200);
  return Json::parse(answer.body);
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(wire_races, TwoGateways)

BOOST_AUTO_TEST_CASE(a_thousand_sets_at_once_of_one_session_are_all_kept) {
  allow_descriptors(2 * kSets);
  const std::string cookie = one.log_in(R"({"user":"alice"})");
  std::vector<Peer> peers;
  for (int n = 0; n < kSets; ++n) peers.push_back((n % 2 == 0 ? one : other).unix_peer());
  Json expected = {{"user", "alice"}};
  for (int n = 0; n < kSets; ++n) {
    peers[static_cast<std::size_t>(n)].send(set_request(cookie, n));
    expected["key" + std::to_string(n)] = n;
  }
  std::map<int, int> statuses;
  for (Peer& peer : peers) ++statuses[peer.read_answer().status];
  for (const auto& [status, count] : statuses) {
    BOOST_TEST_MESSAGE(count << " of " << kSets << " sets were answered " << status);
  }
  BOOST_TEST(statuses[200] == kSets);
  BOOST_TEST((attributes(one, cookie) == expected));
  BOOST_TEST((attributes(other, cookie) == expected));
}

BOOST_AUTO_TEST_CASE(after_an_acknowledged_destroy_no_cookie_is_alive_whatever_raced_it) {
  std::vector<Round> rounds;
  for (int n = 0; n < kAtOnce; ++n) rounds.emplace_back(one, other);
  Order order = {Act::destroy, Act::set, Act::check, Act::regenerate};
  Tally tally;
  int alive = 0;
  for (int done = 0; done < kRounds; done += kAtOnce) {
    for (Round& round : rounds) round.send_login();
    for (Round& round : rounds) round.read_login();
    for (Round& round : rounds) {
      round.choose(order);
      std::ranges::next_permutation(order);
    }
    send_acts(rounds, done / kAtOnce % 2 == 0);
    for (Round& round : rounds) round.read_acts();
    for (Round& round : rounds) round.send_cookies();
    for (Round& round : rounds) round.read_cookies();
    for (const Round& round : rounds) {
      for (const Act act : order) ++tally[act][round.outcome(act)];
      alive += round.alive();
    }
  }
  BOOST_TEST(alive == 0);
  check_outcomes(tally);
  // What nobody has a cookie for is gone, too.
  BOOST_TEST(redis.tell({"EVAL", kKeysThatNameAlice, "0"}).integer == 0);
  // Each of these acts has written once, and whatever else was tried had lost to another.
  const long lost = calls("evalsha") - kRounds - tally[Act::set]["200"] - tally[Act::regenerate]["200 new"];
  BOOST_TEST_MESSAGE("lost and tried again: " << lost << "; extended: " << calls("pexpire"));
  BOOST_TEST(lost > kRounds / 100);
  BOOST_TEST(calls("pexpire") > kRounds);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway::test
