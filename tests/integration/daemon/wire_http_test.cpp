#include <csignal>

#include <boost/test/unit_test.hpp>

#include "core/json/json.h"
#include "tests/support/daemon/wire_gateway.h"
#include "tests/support/held_socket.h"

// HTTP as a front, an application and a probe see it: a real gateway and raw sockets.

namespace session::gateway::test {
namespace {

using session::test::HeldSocket;

const std::string kListen = R"(  - unix: '@DIR@http.sock'
    protocol: http
    serves: [auth, session, health, ready, metrics]
  - unix: '@DIR@app.sock'
    protocol: http
    serves: [commit]
)";
const std::string kYaml = R"(workers: 2
rules: { admin: { /groups: { contains: admin } } }
checks:
  admin: { require: [login, admin] }
  anybody: { require: [] }
  pages: { refuse: redirect, login_page: "/sign-in?x=1" }
  central: { refuse: redirect, login_page: "https://login.test/" }
views:
  self: { allow: [set:theme, destroy], expose: [user, theme] }
)";
const std::string kPage = "Sec-Fetch-Mode: navigate\r\nX-Forwarded-Uri: /account?tab=2\r\n";

WireGateway::Setup setup(const std::string& listen = kListen, const std::string& yaml = kYaml) {
  WireGateway::Setup made;
  made.yaml = yaml;
  made.listen = listen;
  return made;
}

struct Front : WireGateway {
  Front() : WireGateway(setup()) {}
  [[nodiscard]] Answer get(const std::string& target, const std::string& fields = {}) const {
    return peer_of("http.sock").ask_http(http_request("GET", target, fields));
  }
  // What an application asks for itself, with the cookie of the browser.
  [[nodiscard]] Answer commit(const std::string& body, const std::string& fields = {}) const {
    return peer_of("app.sock").ask_http(http_request("POST", "/commit", fields, body));
  }
  [[nodiscard]] std::string cookie_of(const std::string& attributes) const {
    return "Cookie: other=1; session=" + log_in(attributes) + "\r\n";
  }
};

std::string problem_of(const Answer& answer) {
  return std::to_string(answer.status) + " " + answer.header("X-Session-Reason");
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(wire_http, Front)

BOOST_AUTO_TEST_CASE(a_check_says_who_it_is_and_a_stranger_is_nobody) {
  const std::string cookie = cookie_of(R"({"user":"alice","groups":["admin"]})");
  Peer peer = peer_of("http.sock");
  for (int i = 0; i < 3; ++i) {
    const Answer yes = peer.ask_http(http_request("GET", "/auth/admin", cookie));
    BOOST_TEST(yes.status == 200);
    BOOST_TEST(yes.header("X-Auth-Request-User") == "alice");
    BOOST_TEST(yes.header("X-Auth-Request-Email") == "");
    BOOST_TEST(yes.headers.find("X-Auth-Request-Email: \r\n") != std::string::npos);
    BOOST_TEST(yes.header("X-Auth-Request-Groups") == "admin");
    BOOST_TEST(yes.header("X-Session-Cookie") == "other=1");
    BOOST_TEST(yes.header("Cache-Control") == "no-store");
    BOOST_TEST(yes.header("Content-Length") == "0");
    BOOST_TEST(problem_of(peer.ask_http(http_request("GET", "/auth/admin"))) == "401 absent");
  }
  BOOST_TEST(problem_of(get("/auth/admin", cookie_of(R"({"user":"bob"})"))) == "403 forbidden");
  BOOST_TEST(problem_of(get("/auth/login", cookie_of(R"({"theme":"dark"})"))) == "401 absent");
  BOOST_TEST(get("/auth/anybody", cookie_of(R"({"theme":"dark"})")).status == 200);
}

BOOST_AUTO_TEST_CASE(nothing_that_a_client_sends_makes_a_yes) {
  const std::string cookie = cookie_of(R"({"user":"bob"})");
  for (const std::string method : {"GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "ANYTHING"})
    for (const std::string target :
         {"/auth/admin", "/auth/admin/../anybody", "/auth/admin?require=", "/auth/admin/auth/anybody"}) {
      const std::string fields =
          cookie +
          "Gateway-Require: \r\nX-Original-URI: /auth/anybody\r\nX-HTTP-Method-Override: GET\r\n"
          "X-Auth-Request-User: admin\r\nX-Session-Set: {\"groups\":[\"admin\"]}\r\n";
      const Answer answer = peer_of("http.sock").ask_http(http_request(method, target, fields));
      BOOST_TEST(problem_of(answer) == "403 forbidden", method + " " + target);
      BOOST_TEST(answer.headers.find("X-Auth-Request-User") == std::string::npos);
    }
  BOOST_TEST(problem_of(get("/auth/nobody", cookie)) == "403 no-check");
  wait_for_log("http.sock: the configuration has no check 'nobody'");
}

BOOST_AUTO_TEST_CASE(a_page_without_a_session_leads_to_the_login_page_and_back) {
  const Answer page = get("/auth/pages", kPage);
  BOOST_TEST(page.status == 303);
  BOOST_TEST(page.header("Location") == "/sign-in?x=1&to=%2Faccount%3Ftab%3D2");
  const Answer central =
      get("/auth/central", kPage + "X-Forwarded-Proto: https\r\nX-Forwarded-Host: shop.test\r\n");
  BOOST_TEST(central.header("Location") ==
             "https://login.test/?to=https%3A%2F%2Fshop.test%2Faccount%3Ftab%3D2");
  BOOST_TEST(problem_of(get("/auth/pages", "Sec-Fetch-Mode: cors\r\nX-Forwarded-Uri: /a\r\n")) ==
             "401 absent");
  BOOST_TEST(problem_of(get("/auth/pages", kPage + "X-Forwarded-Method: POST\r\n")) == "401 absent");
  BOOST_TEST(problem_of(get("/auth/login", kPage)) == "401 absent");
  BOOST_TEST(get("/auth/login", kPage).header("X-Session-Return") == "%2Faccount%3Ftab%3D2");
  BOOST_TEST(problem_of(get("/auth/pages", kPage + cookie_of(R"({"user":"bob"})"))) == "200 ");
}

BOOST_AUTO_TEST_CASE(a_view_shows_and_allows_what_it_says) {
  const std::string cookie = cookie_of(R"({"user":"alice","secret":"x"})");
  Peer peer = peer_of("http.sock");
  BOOST_TEST(peer.ask_http(http_request("GET", "/session/self", cookie)).body == "{\"user\":\"alice\"}\n");
  BOOST_TEST(peer.ask_http(http_request("HEAD", "/session/self", cookie)).status == 200);
  const std::string theme = R"({"set":{"theme":"dark"}})";
  BOOST_TEST(peer.ask_http(http_request("POST", "/session/self", cookie, theme)).body ==
             "{\"theme\":\"dark\",\"user\":\"alice\"}\n");
  BOOST_TEST(problem_of(peer.ask_http(http_request("POST", "/session/self", cookie,
                                                   R"({"set":{"user":"root"}})"))) == "403 not-allowed");
  BOOST_TEST(problem_of(peer.ask_http(
                 http_request("POST", "/session/self", cookie + "Origin: https://evil.test\r\n", theme))) ==
             "403 cross-origin");
  const std::string own =
      "Origin: https://shop.test\r\nX-Forwarded-Host: shop.test\r\nX-Forwarded-Proto: https\r\n";
  BOOST_TEST(peer.ask_http(http_request("POST", "/session/self", cookie + own, theme)).status == 200);
  BOOST_TEST(peer.ask_http(http_request("DELETE", "/session/self", cookie)).status == 204);
  BOOST_TEST(problem_of(peer.ask_http(http_request("GET", "/session/self", cookie))) == "401 unknown");
}

BOOST_AUTO_TEST_CASE(an_application_logs_in_and_out) {
  const Answer login = commit(R"({"set":{"user":"alice"}})");
  BOOST_TEST(login.status == 200);
  const auto body = parse_json(login.body);
  BOOST_REQUIRE(body);
  BOOST_TEST((*body)["set_cookie"].get<std::string>() == login.header("Set-Cookie"));
  BOOST_TEST((*body)["set_cookies"].size() == 1U);
  const std::string cookie = "Cookie: session=" + login.cookie() + "\r\n";
  BOOST_TEST(get("/auth/login", cookie).header("X-Auth-Request-User") == "alice");
  BOOST_TEST(commit(R"({"set":{"theme":"dark"}})", cookie).status == 204);
  BOOST_TEST(commit(R"({"destroy":true})", cookie).status == 200);
  BOOST_TEST(problem_of(get("/auth/login", cookie)) == "401 unknown");
  BOOST_TEST(commit(R"({"destroy":true})").status == 204);
}

BOOST_AUTO_TEST_CASE(what_no_application_may_ask_for_changes_nothing) {
  BOOST_TEST(problem_of(commit(R"({"set":{"user":"alice"}})", "Origin: https://shop.test\r\n")) ==
             "403 cross-origin");
  BOOST_TEST(problem_of(commit(R"({"set":{"user":"alice"}})", "Origin: \r\n")) == "403 cross-origin");
  BOOST_TEST(problem_of(commit("[1]")) == "400 bad-actions");
  BOOST_TEST(problem_of(commit(R"({"set":{"a":1},"destroy":true})")) == "400 bad-actions");
  BOOST_TEST(peer_of("app.sock").ask_http(http_request("GET", "/commit")).status == 405);
  BOOST_TEST(peer_of("http.sock").ask_http(http_request("POST", "/commit", {}, "{}")).status == 404);
  for (const std::string target : {"/auth/login", "/session/self", "/health", "/metrics"})
    BOOST_TEST(peer_of("app.sock").ask_http(http_request("POST", target)).status == 404, target);
  wait_for_log("a commit by HTTP was refused");
}

BOOST_AUTO_TEST_CASE(probes_and_prometheus_are_answered) {
  BOOST_TEST(get("/health").body == "{\"status\":\"ok\"}\n");
  BOOST_TEST(get("/ready").status == 200);
  const Answer metrics = get("/metrics");
  BOOST_TEST(metrics.status == 200);
  BOOST_TEST(metrics.header("Content-Type").starts_with("text/plain"));
  BOOST_TEST(metrics.body.find("session_gateway_requests_total") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(both_protocols_share_the_sessions_and_neither_speaks_the_other) {
  BOOST_TEST(peer_of("http.sock").ask_http(http_request("GET", "/health")).status == 200);
  Peer http = peer_of("http.sock");
  http.send(health());
  BOOST_TEST(http.read_http().status == 400);
  BOOST_TEST(http.ended());
  Peer fastcgi = unix_peer();
  fastcgi.send(http_request("GET", "/health"));
  BOOST_TEST(fastcgi.ended());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(wire_http_listeners)

BOOST_AUTO_TEST_CASE(a_listener_with_a_secret_answers_nobody_without_it) {
  const std::string secret = "the-secret-of-the-http-listener-1234";
  const WireGateway gateway(setup(
      "  - unix: '@DIR@http.sock'\n    protocol: http\n    serves: [auth, health]\n    secret: { value: " +
      secret + " }\n"));
  const auto ask = [&](const std::string& target, const std::string& fields) {
    return gateway.peer_of("http.sock").ask_http(http_request("GET", target, fields));
  };
  for (const std::string target : {"/auth/login", "/auth/nobody", "/auth/", "/health", "/nothing"}) {
    const Answer answer = ask(target, "");
    BOOST_TEST(problem_of(answer) == "403 bad-secret", target);
    BOOST_TEST(answer.body.empty() == target.starts_with("/auth/"), target << ": " << answer.body);
    BOOST_TEST(problem_of(ask(target, "X-Gateway-Secret: wrong\r\n")) == "403 bad-secret", target);
    BOOST_TEST(problem_of(ask(target, "X_Gateway_Secret: " + secret + "\r\n")) == "403 bad-secret", target);
    BOOST_TEST(problem_of(ask(target, "X-Gateway-Secret: " + secret + "\r\nX-Gateway-Secret: x\r\n")) ==
                   "403 bad-secret",
               target);
  }
  BOOST_TEST(ask("/health", "X-Gateway-Secret: " + secret + "\r\n").status == 200);
}

BOOST_AUTO_TEST_CASE(a_socket_of_the_service_manager_speaks_what_listen_says_of_its_address) {
  const TempDir dir;
  const HeldSocket front(dir / "front.sock");
  const HeldSocket other(dir / "other.sock");
  WireGateway::Setup made =
      setup("  - unix: '" + (dir / "front.sock") + "'\n    protocol: http\n    serves: [health]\n");
  made.sockets = {front.descriptor(), other.descriptor()};
  const WireGateway gateway(made);
  BOOST_TEST(Peer(front.connect()).ask_http(http_request("GET", "/health")).status == 200);
  BOOST_TEST(Peer(front.connect()).ask_http(http_request("GET", "/metrics")).status == 404);
  BOOST_TEST(Peer(other.connect()).ask(health()).status == 200);
}

BOOST_AUTO_TEST_CASE(a_reload_changes_what_a_check_asks_for_on_a_kept_connection) {
  const WireGateway gateway(setup());
  const std::string cookie = "Cookie: session=" + gateway.log_in(R"({"user":"bob"})") + "\r\n";
  Peer peer = gateway.peer_of("http.sock");
  BOOST_TEST(problem_of(peer.ask_http(http_request("GET", "/auth/admin", cookie))) == "403 forbidden");
  gateway.reconfigure("require: [login, admin]", "require: [login]");
  (void)gateway.reload();
  BOOST_TEST(peer.ask_http(http_request("GET", "/auth/admin", cookie)).status == 200);
}

// One worker: another one may hear of the stop a moment later.
BOOST_AUTO_TEST_CASE(a_request_that_is_not_whole_at_a_reload_is_answered_by_the_new_configuration) {
  const WireGateway gateway(setup());
  const std::string cookie = "Cookie: session=" + gateway.log_in(R"({"user":"bob"})") + "\r\n";
  Peer peer = gateway.peer_of("http.sock");
  peer.send("POST /auth/pages HTTP/1.1\r\nHost: a\r\n" + cookie +
            "Expect: 100-continue\r\nContent-Length: 1\r\n\r\n");
  BOOST_TEST(peer.read_http().status == 100);  // the head has been read
  gateway.reconfigure("pages: { refuse", "pages: { require: [login, admin], refuse");
  (void)gateway.reload();
  peer.send("x");
  BOOST_TEST(problem_of(peer.read_http()) == "403 forbidden");
}

BOOST_AUTO_TEST_CASE(a_stop_answers_what_was_sent_and_says_that_it_was_the_last) {
  WireGateway gateway(setup(kListen, session::test::replaced(kYaml, "workers: 2", "workers: 1")));
  Peer peer = gateway.peer_of("http.sock");
  BOOST_TEST(peer.ask_http(http_request("GET", "/health")).header("Connection") == "");
  Peer busy = gateway.peer_of("http.sock");
  busy.send("GET /health HTTP/1.1\r\nHost: a\r\n");
  BOOST_TEST(peer.ask_http(http_request("GET", "/health")).status == 200);
  gateway.signal(SIGTERM);
  BOOST_TEST(peer.ended());
  busy.send("\r\n");
  const Answer last = busy.read_http();
  BOOST_TEST(last.status == 200);
  BOOST_TEST(last.header("Connection") == "close");
  BOOST_TEST(busy.ended());
  BOOST_TEST(gateway.wait() == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway::test
