// Whose sessions there are, over two gateways that share a Redis: the limit on them, and the end of all.

#include <algorithm>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "core/json/json.h"
#include "tests/support/daemon/wire_redis.h"
#include "tests/support/redis/redis_cluster.h"
#include "tests/support/store_calls.h"

namespace session::gateway::test {
namespace {

using session::test::in_parallel;
using session::test::RedisCluster;
using session::test::RedisServer;

Answer log_in(Peer& peer) {
  return peer.ask(
      request(1, asking("session", "POST", {{"GATEWAY_ALLOW", "set"}}), R"({"set":{"user":"alice"}})", true));
}

std::string cookie_in(const Answer& answer) {
  const std::string line = answer.header("Set-Cookie");
  return line.substr(0, line.find(';'));
}

Answer check(const WireGateway& gateway, const std::string& cookie) {
  return gateway.unix_peer().ask(request(1, asking("auth", "GET", {{"HTTP_COOKIE", cookie}}), ""));
}

Answer sessions(const WireGateway& gateway, const std::string& method, const std::string& cookie,
                const std::string& query = {}) {
  return gateway.unix_peer().ask(
      request(1, asking("sessions", method, {{"HTTP_COOKIE", cookie}, {"QUERY_STRING", query}}), ""));
}

std::size_t count(const WireGateway& gateway, const std::vector<std::string>& cookies) {
  return static_cast<std::size_t>(
      std::count_if(cookies.begin(), cookies.end(),
                    [&](const std::string& cookie) { return check(gateway, cookie).status == 204; }));
}

// Logs in so often by each of the gateways at once, and returns the cookies. Whoever is refused has none.
std::vector<std::string> log_in_at_once(const std::vector<const WireGateway*>& gateways, int threads,
                                        int each) {
  std::vector<std::vector<std::string>> cookies(static_cast<std::size_t>(threads));
  in_parallel(threads, [&](int thread) {
    const auto number = static_cast<std::size_t>(thread);
    Peer peer = gateways[number % gateways.size()]->unix_peer();
    for (int i = 0; i < each; ++i) {
      const Answer answer = log_in(peer);
      if (answer.status == 200) cookies[number].push_back(cookie_in(answer));
    }
  });
  std::vector<std::string> all;
  for (const auto& some : cookies) all.insert(all.end(), some.begin(), some.end());
  return all;
}

std::string limited_to(int count, const std::string& when_full) {
  return "session: { max_per_subject: { count: " + std::to_string(count) + ", when_full: " + when_full +
         " } }\n";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(wire_owners)

BOOST_AUTO_TEST_CASE(of_a_hundred_logins_at_once_as_many_live_as_are_allowed) {
  RedisServer redis;
  auto setup = on(redis);
  setup.yaml += limited_to(5, "end_oldest");
  const WireGateway one(setup);
  const WireGateway other(setup);
  const auto cookies = log_in_at_once({&one, &other}, 10, 10);
  BOOST_TEST(cookies.size() == 100u);
  BOOST_TEST(count(one, cookies) == 5u);
  BOOST_TEST(count(other, cookies) == 5u);
}

BOOST_AUTO_TEST_CASE(of_a_hundred_logins_at_once_no_more_are_let_in_than_are_allowed) {
  RedisServer redis;
  auto setup = on(redis);
  setup.yaml += limited_to(5, "refuse");
  const WireGateway one(setup);
  const WireGateway other(setup);
  const auto cookies = log_in_at_once({&one, &other}, 10, 10);
  BOOST_TEST(cookies.size() == 5u);
  BOOST_TEST(count(other, cookies) == 5u);
  Peer peer = one.unix_peer();
  const Answer refused = log_in(peer);
  BOOST_TEST(refused.status == 409);
  BOOST_TEST(refused.header("X-Session-Reason") == "too-many-sessions");
  BOOST_TEST(refused.header("Set-Cookie") == "");
  BOOST_TEST(sessions(other, "DELETE", cookies.front(), "others=true").status == 204);
  BOOST_TEST(log_in(peer).status == 200);
}

BOOST_AUTO_TEST_CASE(the_limit_holds_in_memory_too) {
  const WireGateway gateway({"workers: 2\n" + limited_to(3, "end_oldest")});
  const auto cookies = log_in_at_once({&gateway}, 4, 10);
  BOOST_TEST(cookies.size() == 40u);
  BOOST_TEST(count(gateway, cookies) == 3u);
}

BOOST_AUTO_TEST_CASE(a_thousand_sessions_of_one_user_end_at_once_in_a_cluster) {
  RedisCluster cluster;
  WireGateway::Setup setup;
  setup.yaml =
      "workers: 2\nstore: { type: redis, redis: { topology: cluster, deadline: 2s, urls: ['redis://" +
      to_text(cluster.node(0).address()) + "'] } }\n";
  const WireGateway gateway(setup);
  const auto cookies = log_in_at_once({&gateway}, 4, 250);
  BOOST_TEST_REQUIRE(cookies.size() == 1000u);
  const Json listed = Json::parse(sessions(gateway, "GET", cookies[7]).body).at("sessions");
  BOOST_TEST(listed.size() == 1000u);
  BOOST_TEST(sessions(gateway, "DELETE", cookies[7], "others=true").status == 204);
  BOOST_TEST(count(gateway, cookies) == 1u);
  BOOST_TEST(check(gateway, cookies[7]).status == 204);
}

// Nothing in Redis tells who somebody is without reading the sessions themselves.
BOOST_AUTO_TEST_CASE(the_lists_in_redis_do_not_name_their_owners) {
  RedisServer redis;
  const WireGateway gateway(on(redis));
  (void)gateway.log_in(R"({"user":"alice"})");
  int sets = 0;
  for (const auto& key : redis.tell({"KEYS", "*"}).elements) {
    BOOST_TEST(key.text.find("alice") == std::string::npos);
    const auto at = key.text.find("owner:");
    if (at == std::string::npos) continue;
    ++sets;
    BOOST_TEST(key.text.size() == at + std::string("owner:").size() + 22);
  }
  BOOST_TEST(sets == 1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway::test
