// Many requests for one session at the same moment, over two gateways on one Redis.

#include <sys/resource.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "core/json/json.h"
#include "tests/support/daemon/wire_redis.h"
#include "tests/support/daemon/wire_round.h"

namespace session::gateway::test {
namespace {

using session::test::RedisServer;

// A sanitizer makes every step take many times as long.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int kSets = 200;
constexpr int kRounds = 3'000;
constexpr int kLateRounds = 3'000;
#else
constexpr int kSets = 1'000;
constexpr int kRounds = 100'000;
constexpr int kLateRounds = 20'000;
#endif
constexpr int kAtOnce = 40;  // rounds that are under way together
constexpr int kWorkers = 4;  // of both gateways

constexpr const char* kKeysThatNameAlice = R"(
local found = 0
for _, key in ipairs(redis.call('KEYS', '*')) do
  if redis.call('TYPE', key).ok == 'string' and string.find(redis.call('GET', key), 'alice', 1, true) then found = found + 1 end
end
return found)";

// Two gateways. Every request extends the session; and no request is given up because the machine is slow.
struct TwoGateways {
  RedisServer redis;
  WireGateway one{touching(redis)};
  WireGateway other{touching(redis)};

  static WireGateway::Setup touching(const RedisServer& redis) {
    WireGateway::Setup setup = on(redis);
    setup.yaml += "session: { touch_every: 0s }\nlimits: { request_deadline: 1m }\n";
    setup.yaml += "log: { level: info }\n";  // a million requests would be as many lines
    return setup;
  }

  // How many writes were tried: a script each, which compares.
  [[nodiscard]] long compared() { return calls("evalsha"); }
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

// How the answers of a round may be, and each is at least once. Whichever of the two came first, all others
// know the session as it was before or as it is after, never as neither.
const std::set<std::string> kTold = {
    "ended first: destroy 204",
    "ended first: set 200",
    "ended first: set 200 new",  // a session of its own, which is nobody's
    "ended first: check 204",
    "ended first: check 401 unknown",
    "ended first: regenerate 401 unknown",
    "moved first: destroy 204",  // under the newer id
    "moved first: set 200",
    "moved first: set 401 revoked",
    "moved first: check 204",
    "moved first: check 401 revoked",
    "moved first: regenerate 200 new",
};

// How often each was told.
using Tally = std::map<std::string, int>;

void count(Tally& tally, const Round& round) {
  const bool moved = round.outcome(Act::regenerate).starts_with("200");
  for (const Act act : {Act::destroy, Act::set, Act::check, Act::regenerate}) {
    ++tally[(moved ? "moved first: " : "ended first: ") + std::string(to_text(act)) + " " +
            round.outcome(act)];
  }
}

void check_told(const Tally& tally) {
  std::set<std::string> told;
  for (const auto& [what, times] : tally) {
    BOOST_TEST_MESSAGE(what << ": " << times);
    told.insert(what);
  }
  BOOST_TEST(told == kTold, boost::test_tools::per_element());
}

// Close together, the slowest act hardly ever wins; in between the first of another round's, it does.
void send_acts(std::vector<Round>& rounds, bool close_together) {
  for (std::size_t i = 0; i < rounds.size() * kActs; ++i) {
    const std::size_t round = close_together ? i / kActs : i % rounds.size();
    const std::size_t act = close_together ? i % kActs : i / rounds.size();
    rounds[round].send_act(act);
  }
}

enum class Begin { login, login_and_move };

void begin(std::vector<Round>& rounds, Begin how) {
  for (Round& round : rounds) round.send_login();
  for (Round& round : rounds) round.read_login();
  if (how == Begin::login) return;
  for (Round& round : rounds) round.send_move();
  for (Round& round : rounds) round.read_move();
}

Json attributes(const WireGateway& gateway, const std::string& cookie) {
  const Answer answer =
      gateway.unix_peer().ask(request(1, asking("session", "GET", {{"HTTP_COOKIE", "session=" + cookie}})));
  BOOST_TEST(answer.status == 200);
  return Json::parse(answer.body);
}

struct Races : TwoGateways {
  Tally tally;
  int alive = 0;

  void race(int times, Begin how) {
    std::vector<Round> rounds;
    for (int n = 0; n < kAtOnce; ++n) rounds.emplace_back(one, other);
    Order order = {Act::destroy, Act::set, Act::check, Act::regenerate};
    for (int done = 0; done < times; done += kAtOnce) {
      begin(rounds, how);
      for (Round& round : rounds) {
        round.choose(order);
        std::ranges::next_permutation(order);
      }
      send_acts(rounds, done / kAtOnce % 2 == 0);
      for (Round& round : rounds) round.read_acts();
      for (Round& round : rounds) round.send_cookies();
      for (Round& round : rounds) round.read_cookies();
      for (const Round& round : rounds) {
        count(tally, round);
        alive += round.alive();
      }
    }
  }

  // `besides`: the compared writes besides the sets and regenerations that raced: the ends, and what came
  // before.
  void check_all(int besides) {
    BOOST_TEST(alive == 0);
    check_told(tally);
    // What nobody has a cookie for is gone, too.
    BOOST_TEST(redis.tell({"EVAL", kKeysThatNameAlice, "0"}).integer == 0);
    const int written = besides + tally["ended first: set 200"] + tally["moved first: set 200"] +
                        tally["moved first: regenerate 200 new"];
    const long lost = compared() - written;
    BOOST_TEST_MESSAGE("lost to another and done again: " << lost);
    BOOST_TEST(lost > besides / 100);
    BOOST_TEST(calls("pexpire") > besides);  // the extensions, which raced as well
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(wire_races, Races)

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
  BOOST_TEST(statuses[200] == kSets);
  BOOST_TEST((attributes(one, cookie) == expected));
  BOOST_TEST((attributes(other, cookie) == expected));
  // Most of them had read the session before another wrote it.
  const long lost = compared() - kSets;
  BOOST_TEST_MESSAGE("lost to another and done again: " << lost);
  BOOST_TEST(lost > kSets / 2);
  // But once each: then they took turns, and a write made one of each other worker lose, at the most.
  BOOST_TEST(lost < kSets * kWorkers);
}

BOOST_AUTO_TEST_CASE(after_an_acknowledged_destroy_no_cookie_is_alive_whatever_raced_it) {
  race(kRounds, Begin::login);
  check_all(kRounds);
}

BOOST_AUTO_TEST_CASE(a_destroy_with_a_replaced_cookie_leaves_none_alive_either) {
  race(kLateRounds, Begin::login_and_move);
  check_all(2 * kLateRounds);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway::test
