// What the `metrics` endpoint of a running gateway says after requests that are known.

#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/daemon/wire_gateway.h"
#include "tests/support/e2e/support.h"
#include "tests/support/scrape.h"

namespace session::test {
namespace {

using gateway::test::asking;
using gateway::test::health;
using gateway::test::Peer;
using gateway::test::request;
using gateway::test::WireGateway;

Scrape scrape(Peer& peer) { return Scrape(peer.ask(request(1, asking("metrics"))).body); }

std::string requests(const std::string& endpoint, const std::string& outcome) {
  return R"(session_gateway_requests_total{endpoint=")" + endpoint + R"(",outcome=")" + outcome + "\"}";
}
std::string refusals(const std::string& reason) {
  return R"(session_gateway_refusals_total{reason=")" + reason + "\"}";
}
std::string commands(const std::string& command) {
  return R"(session_gateway_store_command_duration_seconds_count{command=")" + command + R"(",outcome="ok"})";
}
std::string ended(const std::string& cause) {
  return R"(session_gateway_connections_ended_total{cause=")" + cause + "\"}";
}

double sum_of(const Scrape& scrape, const std::string& begin) {
  double sum = 0;
  for (const auto& [series, value] : scrape.values()) sum += series.starts_with(begin) ? value : 0;
  return sum;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(metrics)

BOOST_AUTO_TEST_CASE(known_requests_are_counted_exactly_and_shown_through_nginx) {
  Stack stack;
  Client client = stack.http();
  const std::string cookie = stack.log_in(R"({"user":"alice"})");
  for (int i = 0; i < 3; ++i) BOOST_TEST(client.get("/account/", {cookie}).status == 200);
  BOOST_TEST(client.get("/account/", {"Accept: application/json"}).status == 401);
  BOOST_TEST(client.get("/account/", {"Cookie: session=nonsense"}).status == 303);
  BOOST_TEST(client.get("/admin/", {cookie}).status == 403);
  BOOST_TEST(client.get("/session", {cookie}).status == 200);
  BOOST_TEST(client.send("DELETE", "/session", {cookie}).status == 204);
  BOOST_TEST(client.get("/session", {cookie}).status == 401);
  BOOST_TEST(client.get("/_session/health").status == 200);
  BOOST_TEST(client.get("/_session/ready").status == 200);
  BOOST_TEST(client.head("/_session/metrics").status == 200);

  const Reply reply = client.get("/_session/metrics");
  BOOST_TEST(reply.status == 200);
  BOOST_TEST(reply.header("content-type") == "text/plain; version=0.0.4; charset=utf-8");
  BOOST_TEST(reply.header("cache-control") == "no-store");
  BOOST_TEST(!stack.response_was_stored());
  const Scrape told(reply.body);
  BOOST_TEST(told[requests("auth", "ok")] == 3);
  BOOST_TEST(told[requests("auth", "refused")] == 2);
  BOOST_TEST(told[requests("auth", "forbidden")] == 1);
  BOOST_TEST(told[requests("session", "ok")] == 3);
  BOOST_TEST(told[requests("session", "refused")] == 1);
  BOOST_TEST(told[requests("health", "ok")] == 1);
  BOOST_TEST(told[requests("ready", "ok")] == 1);
  BOOST_TEST(told[requests("metrics", "ok")] == 1);  // this one counts when it is told
  BOOST_TEST(sum_of(told, "session_gateway_requests_total{") == 13);
  BOOST_TEST(told[refusals("absent")] == 1);
  BOOST_TEST(told[refusals("malformed")] == 1);
  BOOST_TEST(told[refusals("forbidden")] == 1);
  BOOST_TEST(told[refusals("unknown")] == 1);
  BOOST_TEST(sum_of(told, "session_gateway_refusals_total{") == 4);
  BOOST_TEST(told[R"(session_gateway_request_duration_seconds_count{endpoint="auth"})"] == 6);
  BOOST_TEST(told[R"(session_gateway_request_duration_seconds_sum{endpoint="auth"})"] > 0);
  BOOST_TEST(told[commands("create")] == 2);    // the login, and what `ready` tries
  BOOST_TEST(told[commands("erase_if")] == 2);  // the logout, and `ready`
  BOOST_TEST(told["session_gateway_store_up"] == 1);
  BOOST_TEST(told["session_gateway_memory_store_sessions"] == 0);
  BOOST_TEST(told["session_gateway_workers"] == 2);
  BOOST_TEST(told["session_gateway_config_generation"] == 1);
}

BOOST_AUTO_TEST_CASE(connections_are_counted_while_they_are_open_and_by_why_they_ended) {
  WireGateway::Setup setup;
  // One worker: another one may not have noted yet that a connection idles which it has just answered.
  setup.yaml = "workers: 1\nlimits: { connections: 4, request_bytes: 8192, request_deadline: 100ms }\n";
  const WireGateway gateway(setup);
  Peer watch = gateway.unix_peer();
  {
    Peer one = gateway.unix_peer();
    Peer other = gateway.tcp_peer();
    BOOST_TEST(one.ask(health()).status == 200);
    BOOST_TEST(other.ask(health()).status == 200);
    BOOST_TEST(scrape(watch)["session_gateway_connections"] == 3);
    Peer fourth = gateway.unix_peer();
    BOOST_TEST(fourth.ask(health()).status == 200);
    Peer fifth = gateway.unix_peer();
    BOOST_TEST(fifth.ask(health()).status == 200);
    BOOST_TEST(one.ended());  // the longest idle one yields
  }
  const auto others_gone = [&] { return scrape(watch)["session_gateway_connections"] == 1; };
  wait_until("the others to be gone", others_gone);
  const Scrape told = scrape(watch);
  BOOST_TEST(told["session_gateway_connections_accepted_total"] == 5);
  BOOST_TEST(told[R"(session_gateway_connections_refused_total{cause="limit"})"] == 0);
  BOOST_TEST(told[R"(session_gateway_connections_ended_total{cause="limit"})"] == 1);
  BOOST_TEST(told[R"(session_gateway_connections_refused_total{cause="descriptors"})"] == 0);

  Peer garbled = gateway.unix_peer();
  garbled.send("GET / HTTP/1.1\r\n\r\n");
  BOOST_TEST(garbled.hung_up());
  Peer large = gateway.unix_peer();
  BOOST_TEST(large.ask(request(1, asking("health"), std::string(8192, 'x'))).status == 413);
  BOOST_TEST(large.hung_up());
  Peer slow = gateway.unix_peer();
  slow.send(health().substr(0, 20));
  BOOST_TEST(slow.hung_up());
  const Scrape after = scrape(watch);
  BOOST_TEST(after[ended("protocol")] == 1);
  BOOST_TEST(after[ended("too_large")] == 1);
  BOOST_TEST(after[ended("deadline")] == 1);
  BOOST_TEST(after[refusals("too-large")] == 1);
  BOOST_TEST(after[requests("none", "bad_request")] == 1);
}

BOOST_AUTO_TEST_CASE(a_lack_of_files_is_told_and_leaves_nothing_out) {
  const WireGateway gateway({"workers: 1\n"});
  Peer watch = gateway.unix_peer();
  (void)scrape(watch);  // what it opens at the first time is open then
  const std::size_t files = gateway.open_descriptors() + 15;
  gateway.limit_descriptors(files);
  std::vector<Peer> open;
  for (int i = 0; i < 100; ++i) open.push_back(gateway.unix_peer());
  const std::string refused = R"(session_gateway_connections_refused_total{cause="descriptors"})";
  wait_until("a refusal", [&] { return scrape(watch)[refused] > 0; });
  const Scrape told = scrape(watch);
  BOOST_TEST(told["process_max_fds"] == static_cast<double>(files));
  BOOST_TEST(told["process_open_fds"] >= told["session_gateway_connections"]);
  BOOST_TEST(told["session_gateway_connections"] > 10);
  BOOST_TEST(told["process_resident_memory_bytes"] > 1e6);
  BOOST_TEST(told["process_cpu_seconds_total"] > 0);
}

BOOST_AUTO_TEST_CASE(locations_without_an_endpoint_are_counted_together_whatever_they_say) {
  const WireGateway gateway;
  Peer peer = gateway.unix_peer();
  for (const char* name : {"nonsense", "", "auth\"} 1\nforged 1"}) {
    BOOST_TEST(peer.ask(request(1, asking(name))).status == 404);
  }
  const std::string text = peer.ask(request(1, asking("metrics"))).body;
  const Scrape told(text);
  BOOST_TEST(told[requests("none", "bad_request")] == 3);
  BOOST_TEST(told[refusals("no-endpoint")] == 3);
  for (const char* name : {"nonsense", "forged"}) BOOST_TEST(text.find(name) == std::string::npos);
}

BOOST_AUTO_TEST_CASE(sessions_that_a_full_memory_store_dropped_are_counted) {
  WireGateway::Setup setup;
  setup.yaml = "session: { max_bytes: 16KiB }\nstore: { type: memory, memory: { max_bytes: 64KiB } }\n";
  const WireGateway gateway(setup);
  constexpr int kLogins = 20;
  for (int i = 0; i < kLogins; ++i)
    (void)gateway.log_in(R"({"user":"alice","filler":")" + std::string(8000, 'x') + "\"}");
  Peer peer = gateway.unix_peer();
  const Scrape told = scrape(peer);
  const double left = told["session_gateway_memory_store_sessions"];
  const double evicted = told["session_gateway_memory_store_evictions_total"];
  BOOST_TEST(left > 0);
  BOOST_TEST(evicted > 0);
  BOOST_TEST(left + evicted == kLogins);
  BOOST_TEST(told[R"(session_gateway_sessions_ended_total{cause="evicted"})"] == evicted);
  BOOST_TEST(told["session_gateway_memory_store_max_bytes"] == 65536);
  BOOST_TEST(told["session_gateway_memory_store_bytes"] <= 65536);
  BOOST_TEST(told["session_gateway_memory_store_bytes"] > left * 8000);
  BOOST_TEST(told[commands("create")] == kLogins);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
