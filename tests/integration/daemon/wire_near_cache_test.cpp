// Two gateways with near caches over one Redis: what one of them ends, the other lets pass for a moment at
// most.
//
// SESSION_TEST_ROUNDS sets how many rounds there are.

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/daemon/wire_redis.h"
#include "tests/support/e2e/process.h"
#include "tests/support/rounds.h"
#include "tests/support/scrape.h"

namespace session::gateway::test {
namespace {

using namespace std::chrono_literals;
using session::test::RedisServer;
using session::test::wait_until;
using std::chrono::steady_clock;

constexpr std::uint64_t kRounds = session::test::kSanitized ? 100 : 1000;

// docs/near-cache.md promises two seconds, even for a network that swallows announcements; one more is for a
// busy machine.
constexpr std::chrono::seconds kBound(3);

std::uint64_t rounds() { return session::test::number_in("SESSION_TEST_ROUNDS", kRounds); }

WireGateway::Setup with_near_cache(const RedisServer& redis, const std::string& more = {}) {
  return on(redis, "deadline: 2s, near_cache: { max_bytes: 16MiB, max_age: 1h" + more + " }");
}

Pairs with(const std::string& cookie, const std::string& allow = {}) {
  Pairs pairs = {{"HTTP_COOKIE", "session=" + cookie}};
  if (!allow.empty()) pairs.emplace_back("GATEWAY_ALLOW", allow);
  return pairs;
}

int status_of(Peer& peer, const std::string& request) {
  peer.send(request);
  return peer.read_answer().status;
}

std::string check(const std::string& cookie) { return request(1, asking("auth", "GET", with(cookie))); }
std::string destroy(const std::string& cookie) {
  return request(1, asking("session", "DELETE", with(cookie, "destroy")));
}

void wait_for_announcements(const WireGateway& gateway, std::size_t workers) {
  for (std::size_t i = 0; i < workers; ++i)
    gateway.wait_for_log("announces changes; the near cache is in use");
}

std::string in_microseconds(std::vector<steady_clock::duration>& sorted, double share) {
  const auto at = static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1));
  return std::to_string(std::chrono::duration_cast<std::chrono::microseconds>(sorted[at]).count()) + " us";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(wire_near_cache)

// Polls the other gateway, as a browser that goes on does. Prints how long it took.
BOOST_AUTO_TEST_CASE(a_logout_at_one_gateway_holds_at_both_and_for_good) {
  RedisServer redis;
  const WireGateway one(with_near_cache(redis));
  const WireGateway other(with_near_cache(redis));
  Peer at_one = one.unix_peer();
  Peer at_one_too = one.unix_peer();
  Peer at_other = other.unix_peer();
  wait_for_announcements(one, 1);
  wait_for_announcements(other, 1);
  std::vector<steady_clock::duration> took;
  std::uint64_t passed_late = 0;
  for (std::uint64_t round = 0; round < rounds(); ++round) {
    const std::string cookie = one.log_in(R"({"user":"ada"})");
    const std::string asked = check(cookie);
    for (int i = 0; i < 2; ++i) {
      BOOST_TEST_REQUIRE(status_of(at_one, asked) == 204);
      BOOST_TEST_REQUIRE(status_of(at_other, asked) == 204);
    }
    BOOST_TEST_REQUIRE(status_of(at_one, destroy(cookie)) == 204);
    const auto ended = steady_clock::now();
    BOOST_TEST(status_of(at_one_too, asked) == 401, "alive at the gateway that has ended it");
    int status = status_of(at_other, asked);
    passed_late += status == 204 ? 1 : 0;
    while (status == 204 && steady_clock::now() - ended < kBound) status = status_of(at_other, asked);
    took.push_back(steady_clock::now() - ended);
    BOOST_TEST_REQUIRE(status == 401, "alive after the bound, in round " << round);
    BOOST_TEST(status_of(at_other, asked) == 401, "alive again");
  }
  std::sort(took.begin(), took.end());
  BOOST_TEST_MESSAGE("from the answer to a logout to a 401 at the other gateway, of "
                     << took.size() << ": p50 " << in_microseconds(took, 0.5) << ", p99 "
                     << in_microseconds(took, 0.99) << ", most " << in_microseconds(took, 1) << "; "
                     << passed_late << " first checks there passed");
  // The cache was in use all the time, or the rounds show nothing.
  at_other.send(request(1, asking("metrics", "GET")));
  const session::test::Scrape told(at_other.read_answer().body);
  BOOST_TEST(told[R"(session_gateway_near_cache_lookups_total{result="hit"})"] >= rounds() / 2);
}

BOOST_AUTO_TEST_CASE(a_login_as_somebody_else_shows_at_the_other_gateway) {
  RedisServer redis;
  const WireGateway one(with_near_cache(redis));
  const WireGateway other(with_near_cache(redis));
  wait_for_announcements(one, 1);
  wait_for_announcements(other, 1);
  Peer at_one = one.unix_peer();
  Peer at_other = other.unix_peer();
  const std::string cookie = one.log_in(R"({"user":"ada","email":"a@x"})");
  const auto email = [&] {
    at_other.send(check(cookie));
    return at_other.read_answer().header("X-Auth-Request-Email");
  };
  for (int round = 0; round < 50; ++round) {
    const std::string next = std::to_string(round) + "@x";
    (void)email();
    BOOST_TEST(status_of(at_one, request(1, asking("session", "POST", with(cookie, "set")),
                                         R"({"set":{"email":")" + next + R"("}})")) == 200);
    wait_until("the change to show", [&] { return email() == next; });
  }
}

BOOST_AUTO_TEST_CASE(during_an_outage_checks_pass_by_copies_that_say_so) {
  RedisServer redis;
  WireGateway::Setup setup = with_near_cache(redis, ", stale_on_outage: 1h");
  setup.yaml +=
      "rules: { newest: { fresh_only: true, /user: { exists: true } }, operators: { /groups: { contains: op "
      "} } }\n";
  const WireGateway gateway(setup);
  wait_for_announcements(gateway, 1);
  Peer peer = gateway.unix_peer();
  const std::string cookie = gateway.log_in(R"({"user":"ada"})");
  const std::string ended = gateway.log_in(R"({"user":"bob"})");
  const std::string third = gateway.log_in(R"({"user":"eve"})");
  const std::string fourth = gateway.log_in(R"({"user":"eve"})");
  for (const std::string& each : {cookie, ended, third, fourth}) {
    for (int i = 0; i < 2; ++i) BOOST_TEST(status_of(peer, check(each)) == 204);
  }
  redis.kill();
  const auto answer = [&](const std::string& each, const std::string& require) {
    Pairs pairs = with(each);
    pairs.emplace_back("GATEWAY_REQUIRE", require);
    peer.send(request(1, asking("auth", "GET", pairs)));
    const auto read = peer.read_answer();
    return std::to_string(read.status) + read.header("X-Session-Stale");
  };
  wait_until("the outage to be noticed", [&] { return answer(cookie, "login") == "2041"; });
  BOOST_TEST(answer(cookie, "login,newest") == "503");
  BOOST_TEST(answer(cookie, "newest") == "503");
  // It can't be ended in Redis, which it says; here it has ended.
  BOOST_TEST(answer(ended, "login") == "2041");
  BOOST_TEST(status_of(peer, destroy(ended)) == 503);
  BOOST_TEST(answer(ended, "login") == "503");
  BOOST_TEST(status_of(peer, request(1, asking("session", "GET", with(cookie)))) == 503);
  // Somebody with two cookies wants to log out; and a user who may not pass is not told by an old copy.
  BOOST_TEST(answer(third, "login") == "2041");
  BOOST_TEST(status_of(peer, destroy(third + "; session=" + fourth)) == 503);
  BOOST_TEST(answer(third, "login") == "503");
  BOOST_TEST(answer(cookie, "operators") == "503");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway::test
