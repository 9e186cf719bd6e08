// The daemon with its sessions in Redis: shared by two of them, and an outage is no logout.

#include "tests/support/daemon/wire_redis.h"

#include <signal.h>

#include <chrono>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

namespace session::gateway::test {
namespace {

using session::test::RedisServer;

Answer check(Peer& peer, const std::string& cookie) {
  return peer.ask(request(1, asking("auth", "GET", {{"HTTP_COOKIE", "session=" + cookie}}), ""));
}

Answer check(const WireGateway& gateway, const std::string& cookie) {
  Peer peer = gateway.unix_peer();
  return check(peer, cookie);
}

Answer log_in(Peer& peer) {
  return peer.ask(
      request(1, asking("session", "POST", {{"GATEWAY_ALLOW", "set"}}), R"({"set":{"user":"alice"}})"));
}

Answer log_in(const WireGateway& gateway) {
  return gateway.unix_peer().ask(
      request(1, asking("session", "POST", {{"GATEWAY_ALLOW", "set"}}), R"({"set":{"user":"alice"}})"));
}

Answer log_out(const WireGateway& gateway, const std::string& cookie) {
  return gateway.unix_peer().ask(request(
      1, asking("session", "DELETE", {{"HTTP_COOKIE", "session=" + cookie}, {"GATEWAY_ALLOW", "destroy"}}),
      ""));
}

std::string set_request(const std::string& cookie, int n) {
  return request(1,
                 asking("session", "POST", {{"HTTP_COOKIE", "session=" + cookie}, {"GATEWAY_ALLOW", "set"}}),
                 R"({"set":{"n":)" + std::to_string(n) + "}}", false);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(wire_redis)

BOOST_AUTO_TEST_CASE(what_one_gateway_begins_and_ends_the_other_knows) {
  RedisServer redis;
  const WireGateway one(on(redis));
  const WireGateway other(on(redis));
  const std::string cookie = one.log_in(R"({"user":"alice"})");
  BOOST_TEST(check(one, cookie).status == 204);
  BOOST_TEST(check(other, cookie).status == 204);
  BOOST_TEST(log_out(other, cookie).status == 204);
  BOOST_TEST(check(one, cookie).status == 401);
}

BOOST_AUTO_TEST_CASE(an_outage_is_a_503_and_who_has_no_cookie_does_not_notice) {
  RedisServer redis;
  const WireGateway gateway(on(redis));
  const std::string cookie = gateway.log_in(R"({"user":"alice"})");
  redis.kill();
  BOOST_TEST(check(gateway, cookie).status == 503);
  BOOST_TEST(check(gateway, "no cookie of ours").status == 401);
  redis.start();
  // One connection stays with one worker; each of them finds Redis again by itself.
  Peer peer = gateway.unix_peer();
  wait_until("the gateway to find it again",
             [&] { return peer.ask(request(1, asking("ready"), "")).status == 200; });
  BOOST_TEST(check(peer, cookie).status == 401);  // this server keeps nothing over a restart
  BOOST_TEST(check(peer, log_in(peer).cookie()).status == 204);
}

BOOST_AUTO_TEST_CASE(at_maxmemory_sessions_go_on_and_end_and_a_new_one_is_a_503) {
  RedisServer redis;
  const WireGateway gateway(on(redis));
  const std::string cookie = gateway.log_in(R"({"user":"alice"})");
  redis.tell({"CONFIG", "SET", "maxmemory", "1"});
  BOOST_TEST(check(gateway, cookie).status == 204);
  BOOST_TEST(log_in(gateway).status == 503);
  BOOST_TEST(log_out(gateway, cookie).status == 204);
  BOOST_TEST(check(gateway, cookie).status == 401);
  redis.tell({"CONFIG", "SET", "maxmemory", "0"});
  BOOST_TEST(log_in(gateway).status == 200);
}

// Some wait for Redis, and behind them others for their turn.
BOOST_AUTO_TEST_CASE(sigterm_ends_it_within_its_grace_while_redis_hangs_and_writers_wait) {
  constexpr auto kGrace = std::chrono::seconds(10);  // as long as a request may take
  for (const std::string flush : {"wait", "behind"}) {
    RedisServer redis;
    WireGateway::Setup setup = on(redis, "deadline: 250ms");
    setup.yaml += "session: { flush: " + flush + " }\nlimits: { request_deadline: 10s }\n";
    WireGateway gateway(setup);
    const std::string cookie = gateway.log_in(R"({"user":"alice"})");
    std::vector<Peer> writers;
    for (int n = 0; n < 400; ++n) writers.push_back(gateway.unix_peer());
    for (int n = 0; n < 400; ++n) writers[static_cast<std::size_t>(n)].send(set_request(cookie, n));
    BOOST_TEST(writers.front().read_answer().status == 200);
    redis.pause();
    const auto begun = std::chrono::steady_clock::now();
    gateway.signal(SIGTERM);
    BOOST_TEST(gateway.wait() == 0);
    BOOST_TEST((std::chrono::steady_clock::now() - begun < kGrace));
    for (Peer& writer : writers) BOOST_TEST(writer.hung_up());
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway::test
