#include <signal.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/daemon/wire_gateway.h"

// A front that asks in the role of an authorizer: what it is told, and that whatever ends its request tells
// it no. lighttpd takes END_REQUEST without output for a yes, and output without a Status, too.

namespace session::gateway::test {
namespace {

const std::string kRules = "rules: { admin: { /groups: { contains: admin } } }\n";

std::string authorizer_with(const std::string& cookie, const Pairs& more = {}, bool keep = true) {
  Pairs pairs = {{"REQUEST_METHOD", "GET"}, {"REQUEST_URI", "/in/x?y=z"}};
  if (!cookie.empty()) pairs.emplace_back("HTTP_COOKIE", "theme=dark; session=" + cookie);
  pairs.insert(pairs.end(), more.begin(), more.end());
  return authorizer_request(1, pairs, keep);
}

// Without the cookie of the session, which is different each time.
std::string status_and_variables(const Answer& answer) {
  return std::to_string(answer.status) + "\n" + answer.headers;
}

// Reads the answers in `bytes` as lighttpd does, and returns the status of each; 0: it would let the client
// in without having been told a status.
std::vector<int> statuses_in(std::string_view bytes) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  std::map<unsigned, std::string> output;
  std::vector<int> statuses;
  while (!bytes.empty()) {
    const unsigned id = at(2) << 8U | at(3);
    const std::size_t size = static_cast<std::size_t>(at(4)) << 8U | at(5);
    std::string& text = output[id];
    if (at(1) == kStdout) text += bytes.substr(8, size);
    if (at(1) == kEnd) {
      statuses.push_back(text.starts_with("Status: ") ? std::stoi(text.substr(8, 3)) : 0);
      text.clear();
    }
    bytes.remove_prefix(8 + size + at(6));
  }
  return statuses;
}

// What a front gets that sends this and waits for the gateway to close.
std::vector<int> told(Peer peer, std::string_view bytes) {
  (void)peer.try_send(bytes);
  return statuses_in(peer.read_to_end());
}

using Statuses = std::vector<int>;

}  // namespace

BOOST_AUTO_TEST_SUITE(wire_authorizer)

BOOST_AUTO_TEST_CASE(a_session_passes_with_its_identity_as_variables) {
  const WireGateway gateway;
  const std::string cookie = gateway.log_in(R"({"user":"alice","groups":["a","b"]})");
  for (Peer& peer : gateway.peers()) {
    for (int i = 0; i < 3; ++i) {
      BOOST_TEST(status_and_variables(peer.ask(authorizer_with(cookie))) ==
                 "200\nVariable-X-Auth-Request-User: alice\r\nVariable-X-Auth-Request-Email: \r\n"
                 "Variable-X-Auth-Request-Groups: a,b\r\nVariable-X-Session-Cookie: theme=dark\r\n"
                 "Variable-REMOTE_USER: alice\r\n");
    }
    BOOST_TEST(peer.ask(health()).status == 200);
  }
}

BOOST_AUTO_TEST_CASE(what_the_front_requires_holds_and_without_a_word_of_it_a_login) {
  const WireGateway gateway({"workers: 2\n" + kRules});
  const std::string anonymous = gateway.log_in(R"({"cart":[1]})");
  const std::string user = gateway.log_in(R"({"user":"alice"})");
  const std::string admin = gateway.log_in(R"({"user":"root","groups":["admin"]})");
  Peer peer = gateway.unix_peer();
  const auto status = [&](const std::string& cookie, const Pairs& more) {
    return peer.ask(authorizer_with(cookie, more)).status;
  };
  BOOST_TEST(status("", {}) == 401);
  BOOST_TEST(status("", {{"GATEWAY_REQUIRE", ""}}) == 401);
  BOOST_TEST(status(anonymous, {}) == 401);
  BOOST_TEST(status(anonymous, {{"HTTP_GATEWAY_REQUIRE", ""}}) == 401);
  BOOST_TEST(peer.ask(authorizer_with(anonymous, {{"GATEWAY_REQUIRE", ""}})).header("Variable-REMOTE_USER") ==
             "");
  BOOST_TEST(status(anonymous, {{"GATEWAY_REQUIRE", ""}}) == 200);
  BOOST_TEST(status(user, {{"GATEWAY_REQUIRE", "admin"}}) == 403);
  BOOST_TEST(status(user, {{"GATEWAY_REQUIRE", "none-of-that-name"}}) == 403);
  BOOST_TEST(status(admin, {{"GATEWAY_REQUIRE", "login,admin"}}) == 200);
  const Answer refused = peer.ask(authorizer_with(""));
  BOOST_TEST(refused.header("X-Session-Reason") == "absent");
  BOOST_TEST(refused.header("X-Session-Return") == "%2Fin%2Fx%3Fy%3Dz");
  BOOST_TEST(refused.header("Cache-Control") == "no-store");
}

BOOST_AUTO_TEST_CASE(no_param_makes_of_an_authorizers_request_anything_but_a_check) {
  const WireGateway gateway;
  const std::string cookie = gateway.log_in(R"({"user":"alice"})");
  Peer peer = gateway.unix_peer();
  for (const char* endpoint : {"health", "ready", "metrics", "session", "commit", "nothing", ""}) {
    for (const char* method : {"GET", "POST", "DELETE", "HEAD"}) {
      const Pairs pairs = {{"GATEWAY_ENDPOINT", endpoint},   {"REQUEST_METHOD", method},
                           {"GATEWAY_ALLOW", "set,destroy"}, {"SESSION_SET", "user=root"},
                           {"SESSION_DESTROY", "true"},      {"HTTP_X_SESSION_DESTROY", "true"}};
      const Answer refused = peer.ask(authorizer_with("", pairs));
      BOOST_TEST(refused.status == 401);
      BOOST_TEST(refused.body.empty());
      const Answer passed = peer.ask(authorizer_with(cookie, pairs));
      BOOST_TEST(passed.header("Variable-REMOTE_USER") == "alice");
      BOOST_TEST(passed.body.empty());
    }
  }
}

BOOST_AUTO_TEST_CASE(a_body_that_comes_after_all_is_no_request_and_does_not_disturb_the_next_one) {
  const WireGateway gateway;
  const std::string cookie = gateway.log_in(R"({"user":"alice"})");
  const std::string forged = request(1, asking("session", "DELETE", {{"GATEWAY_ALLOW", "destroy"}}));
  std::string upload;
  while (upload.size() < 1'000'000) upload += forged;
  const std::string late = stream(kStdin, 1, upload, 8000, 5) + stream(kData, 1, forged);
  for (Peer& peer : gateway.peers()) {
    BOOST_TEST(peer.ask(authorizer_with(cookie)).status == 200);
    peer.send(late);
    BOOST_TEST(peer.ask(authorizer_with(cookie) + late).status == 200);
    BOOST_TEST(peer.ask(authorizer_with(cookie)).status == 200);
    BOOST_TEST(peer.ask(health()).status == 200);
  }
}

// In these tests all that a front is told is read to the end of the connection.
BOOST_AUTO_TEST_CASE(whatever_is_wrong_with_a_request_it_does_not_end_without_a_status) {
  const WireGateway gateway({"workers: 2\nlimits: { request_bytes: 32768 }\n"});
  const std::string half = begin(1, false, kAuthorizer);
  const std::string whole = authorizer_with("", {}, false);
  struct Case {
    const char* what;
    std::string bytes;
    Statuses expected;
  };
  const std::vector<Case> cases = {
      {"nothing wrong", whole, {401}},
      {"a forged cookie", authorizer_with("v1.k1.x.1.y", {}, false), {401}},
      {"params that are no pairs", half + record(kParams, 1, std::string("\0\0", 2)), {}},
      {"params that end inside a pair", half + record(kParams, 1, "\5") + record(kParams, 1), {}},
      {"a NUL in a value", authorizer_request(1, {{"A", std::string("\0", 1)}}, false), {}},
      {"a body before the params have ended", half + record(kStdin, 1, "x"), {}},
      {"too large", authorizer_request(1, {{"A", std::string(40'000, 'x')}}, false), {413}},
      {"a length that is too large", half + record(kParams, 1, "\1" + long_length(1U << 30U)), {413}},
      {"too many params", half + stream(kParams, 1, pairs_text(Pairs(4100, {"A", "b"}))), {413}},
      {"aborted", half + record(kAbort, 1), {500}},
      {"aborted when it was whole", whole + record(kAbort, 1), {401}},
      {"begun twice", half + half, {}},
      {"another role", begin(1, false, 3), {500}},
      {"a second request", half + begin(2, false, kAuthorizer) + whole.substr(half.size()), {500, 401}},
      {"two requests", authorizer_with("") + whole, {401, 401}},
      {"an old version", half + header(kParams, 1, 0, 0, 2), {}},
  };
  for (const Case& each : cases) {
    BOOST_TEST_CONTEXT(each.what) {
      BOOST_TEST(told(gateway.unix_peer(), each.bytes) == each.expected, boost::test_tools::per_element());
      BOOST_TEST(told(gateway.tcp_peer(), each.bytes) == each.expected, boost::test_tools::per_element());
    }
  }
}

BOOST_AUTO_TEST_CASE(a_request_without_the_secret_of_the_listener_gets_a_403) {
  const WireGateway gateway;
  const std::string cookie = gateway.log_in(R"({"user":"alice"})");
  const std::string secret(40, 's');
  gateway.reconfigure("gateway.sock'", "gateway.sock'\n    secret: { value: '" + secret + "' }");
  BOOST_REQUIRE(gateway.reload().find("reloaded") != std::string::npos);
  BOOST_TEST(told(gateway.unix_peer(), authorizer_with(cookie, {}, false)) == Statuses{403},
             boost::test_tools::per_element());
  BOOST_TEST(
      told(gateway.unix_peer(), authorizer_with(cookie, {{"GATEWAY_SECRET", "s"}}, false)) == Statuses{403},
      boost::test_tools::per_element());
  BOOST_TEST(told(gateway.unix_peer(), authorizer_with(cookie, {{"HTTP_GATEWAY_SECRET", secret}}, false)) ==
                 Statuses{403},
             boost::test_tools::per_element());
  BOOST_TEST(told(gateway.unix_peer(), authorizer_with(cookie, {{"GATEWAY_SECRET", secret}}, false)) ==
                 Statuses{200},
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_store_that_cannot_answer_is_a_503) {
  const WireGateway memory;
  const std::string cookie = memory.log_in(R"({"user":"alice"})");
  // Nobody listens at a port that was free a moment ago.
  const WireGateway gateway({"workers: 1\nstore: { type: redis, redis: { url: 'redis://127.0.0.1:" +
                             std::to_string(session::test::free_port()) + "' } }\n"});
  const Answer answer = gateway.unix_peer().ask(authorizer_with(cookie));
  BOOST_TEST(answer.status == 503);
  BOOST_TEST(answer.header("X-Session-Reason") == "store-unavailable");
  BOOST_TEST(!answer.header("Retry-After").empty());
}

BOOST_AUTO_TEST_CASE(a_request_that_does_not_become_whole_in_time_is_closed_without_an_end) {
  const WireGateway gateway({"limits: { request_deadline: 200ms }\nworkers: 2\n"});
  const std::string whole = authorizer_with("");
  for (std::size_t have = 1; have < whole.size(); have += 7) {
    BOOST_TEST(told(gateway.unix_peer(), whole.substr(0, have)).empty());
  }
}

BOOST_AUTO_TEST_CASE(a_gateway_that_stops_ends_no_request_without_a_status) {
  for (const bool becomes_whole : {true, false}) {
    WireGateway gateway({"limits: { request_deadline: 1s }\nworkers: 1\n"});
    std::vector<Peer> fresh = gateway.peers();
    std::vector<Peer> busy = gateway.peers();
    const std::string whole = authorizer_with("");
    // Both halves of a request whose first half has come before the drain.
    for (Peer& peer : busy) BOOST_TEST(peer.ask(authorizer_with("") + whole.substr(0, 20)).status == 401);
    gateway.signal(SIGTERM);
    if (becomes_whole) gateway.wait_for_log("stopping");
    for (Peer& peer : busy) {
      const Statuses statuses = told(std::move(peer), becomes_whole ? whole.substr(20) : "");
      BOOST_TEST((statuses.empty() || statuses == Statuses{401}));
    }
    for (Peer& peer : fresh) BOOST_TEST(told(std::move(peer), "").empty());
    BOOST_TEST(gateway.wait() == 0);
  }
}

BOOST_AUTO_TEST_CASE(a_gateway_without_room_closes_the_connection_without_an_end) {
  const WireGateway gateway({"limits: { connections: 1, request_deadline: 10m }\nworkers: 1\n"});
  Peer busy = gateway.unix_peer();
  BOOST_TEST(busy.ask(health()).status == 200);
  busy.send(begin(1));
  for (int i = 0; i < 5; ++i) BOOST_TEST(told(gateway.unix_peer(), authorizer_with("")).empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway::test
