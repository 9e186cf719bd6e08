// The socket of operators, over the wire.

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/daemon/admin_gateway.h"
#include "tests/support/daemon/wire_redis.h"
#include "tests/support/held_socket.h"

namespace session::gateway::test {
namespace {

using session::test::HeldSocket;
using session::test::RedisServer;

int status_of_check(const WireGateway& gateway, const std::string& cookie) {
  return gateway.unix_peer()
      .ask(request(1, asking("auth", "GET", {{"HTTP_COOKIE", "session=" + cookie}})))
      .status;
}

std::string uid() { return "uid:" + std::to_string(::geteuid()); }

// 2,500 sessions of 50 users are all on some page, and those of one user, 1,000 of them, end at once.
void pages_and_ends(const WireGateway& gateway) {
  for (int user = 0; user < 50; ++user) (void)log_in_often(gateway, "user " + std::to_string(user), 30);
  const auto cookies = log_in_often(gateway, "ada", 1000);
  AdminPeer peer(gateway);
  BOOST_TEST(peer.names("limit=1000").size() == 2500u);
  BOOST_TEST(peer.names("limit=7").size() == 2500u);
  BOOST_TEST(peer.names("subject=ada&limit=300").size() == 1000u);
  BOOST_TEST(peer.names("subject=user%2049&limit=7").size() == 30u);
  BOOST_TEST(status_of_check(gateway, cookies.front()) == 204);
  const Answer ended = peer.ask("DELETE", "/sessions?subject=ada");
  BOOST_TEST(ended.status == 200);
  BOOST_TEST(ended.body == "{\"ended\":1000}\n");
  for (const auto& cookie : {cookies.front(), cookies[500], cookies.back()})
    BOOST_TEST(status_of_check(gateway, cookie) == 401);
  BOOST_TEST(peer.names("limit=1000").size() == 1500u);
  const Json stats = peer.get("/stats");
  BOOST_TEST(stats.at("ended").at("admin") == 1000);
  BOOST_TEST(stats.at("created").at("new") == 2500);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(wire_admin)

BOOST_AUTO_TEST_CASE(the_socket_is_for_its_owner_alone_and_serves_operators_alone) {
  WireGateway::Setup setup;
  setup.listen =
      "  - { unix: '@DIR@http.sock', protocol: http, serves: [auth, sessions, health, metrics] }\n";
  const WireGateway gateway(with_admin(setup));
  struct stat found {};
  BOOST_TEST_REQUIRE(::stat((gateway.dir() / "admin.sock").c_str(), &found) == 0);
  BOOST_TEST((found.st_mode & 0777U) == 0600U);
  AdminPeer peer(gateway);
  BOOST_TEST(peer.ask("GET", "/sessions").body == "{\"sessions\":[]}\n");
  for (const char* path : {"/health", "/metrics", "/auth/login", "/commit", "/session/self", "/"})
    BOOST_TEST(peer.ask("GET", path).status == 404);
  Peer front = gateway.peer_of("http.sock");
  for (const char* path : {"/subjects", "/stats", "/sessions/abc", "/admin", "/admin/sessions"})
    BOOST_TEST(front.ask_http(http_request("GET", path)).status == 404);
  BOOST_TEST(front.ask_http(http_request("GET", "/sessions")).status == 401);
}

BOOST_AUTO_TEST_CASE(by_fastcgi_nobody_is_an_operator_without_a_rule) {
  WireGateway::Setup setup;
  setup.yaml = "workers: 2\nrules: { admin: { /groups: { contains: admin } } }\n";
  const WireGateway gateway(with_admin(setup));
  const std::string alice = "session=" + gateway.log_in(R"({"user":"alice","groups":["admin"]})");
  const std::string bob = "session=" + gateway.log_in(R"({"user":"bob"})");
  const auto status = [&](const std::string& cookie, const std::string& require) {
    Pairs more = {{"DOCUMENT_URI", "/_admin/sessions"}, {"HTTP_COOKIE", cookie}};
    if (!require.empty()) more.emplace_back("GATEWAY_REQUIRE", require);
    return gateway.unix_peer().ask(request(1, asking("admin", "GET", more))).status;
  };
  BOOST_TEST(status(alice, "") == 403);
  BOOST_TEST(status(alice, "login,") == 403);
  BOOST_TEST(status(bob, "login,admin") == 403);
  BOOST_TEST(status("", "login,admin") == 401);
  BOOST_TEST(status(alice, "login,admin") == 200);
  gateway.wait_for_log("names the endpoint admin or console without a rule");
}

BOOST_AUTO_TEST_CASE(every_end_is_a_line_of_the_audit_and_counts_in_the_metrics) {
  const WireGateway gateway(with_admin());
  (void)gateway.log_in(R"({"user":"alice"})");
  AdminPeer peer(gateway);
  const std::string name = peer.get("/sessions").at("sessions")[0].at("name").get<std::string>();
  BOOST_TEST(peer.ask("DELETE", "/sessions/" + name).body == "{\"ended\":1}\n");
  gateway.wait_for_log("audit destroyed cause=admin session=" + name + " subject=alice by=" + uid() +
                       " endpoint=admin");
  const Answer metrics = gateway.unix_peer().ask(request(1, asking("metrics")));
  BOOST_TEST(metrics.body.find(R"(session_gateway_sessions_ended_total{cause="admin"} 1)") !=
             std::string::npos);
  BOOST_TEST(metrics.body.find(R"(session_gateway_sessions_ended_total{cause="destroyed"} 0)") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(thousands_of_sessions_come_in_pages_and_a_thousand_end_at_once_in_memory) {
  const WireGateway gateway(with_admin());
  pages_and_ends(gateway);
  AdminPeer peer(gateway);
  const Json live = peer.get("/stats").at("live");
  BOOST_TEST(live.at("with_subject") == 1500);
}

BOOST_AUTO_TEST_CASE(thousands_of_sessions_come_in_pages_and_a_thousand_end_at_once_in_redis) {
  RedisServer redis;
  const WireGateway gateway(with_admin(on(redis)));
  pages_and_ends(gateway);
}

BOOST_AUTO_TEST_CASE(all_sessions_end_in_one_request_or_several) {
  const WireGateway gateway(with_admin());
  const auto cookies = log_in_often(gateway, "ada", 700);
  AdminPeer peer(gateway);
  BOOST_TEST(peer.ask("DELETE", "/sessions?all=true").status == 400);
  std::size_t ended = 0;
  std::string cursor;
  do {
    const Json part = Json::parse(peer.ask("DELETE", "/sessions?all=true&confirm=all" + cursor).body);
    ended += part.at("ended").get<std::size_t>();
    cursor = part.contains("cursor") ? "&cursor=" + part.at("cursor").get<std::string>() : "";
  } while (!cursor.empty());
  BOOST_TEST(ended == 700u);
  BOOST_TEST(status_of_check(gateway, cookies[350]) == 401);
}

BOOST_AUTO_TEST_CASE(whatever_is_asked_is_answered_and_nothing_ends_by_mistake) {
  const WireGateway gateway(with_admin());
  const std::string cookie = gateway.log_in(R"({"user":"alice"})");
  const std::vector<std::string> targets = {
      "/sessions/%2e%2e",
      "/sessions/%00",
      "/sessions/" + std::string(4000, 'a'),
      "/sessions/a/b/c",
      "/sessions/..%2f..%2fsessions",
      "/sessions//",
      "/sessions?",
      "/sessions?&&&",
      "/sessions?subject=%",
      "/sessions?subject=%zz",
      "/sessions?subject=" + std::string(5000, 'x'),
      "/sessions?subject=alice&subject=alice",
      "/sessions?limit=-1",
      "/sessions?limit=1e3",
      "/sessions?limit=18446744073709551616",
      "/sessions?cursor=0",
      "/sessions?cursor=" + std::string(3000, 'f'),
      "/sessions?cursor=%00%00",
      "/sessions?all=true",
      "/sessions?all=true&confirm=ALL",
      "/sessions?all=true%26confirm=all",
      "/sessions?all=true&confirm=all&cursor=00",
      "/sessions?except=abc",
      "/sessions?subject=alice&except=abc",
      "/sessions?name=abc",
      "/subjects?prefix=%ff&limit=0",
      "/stats?live",
      "/sessions#all",
      "//sessions/%61%6c%6c",
  };
  for (const std::string& target : targets) {
    AdminPeer peer(gateway);
    for (const char* method : {"GET", "DELETE", "POST", "PUT", "OPTIONS"}) {
      const Answer answer = peer.ask(method, target);
      BOOST_TEST(answer.status >= 200);
      BOOST_TEST(answer.status < 500, method << " " << target);
      if (method == std::string("DELETE") && answer.status < 400)
        BOOST_TEST(answer.body.find("\"ended\":0") != std::string::npos, target);
    }
  }
  BOOST_TEST(status_of_check(gateway, cookie) == 204);
}

BOOST_AUTO_TEST_CASE(a_cookie_in_a_body_finds_its_session_and_gets_into_no_log) {
  const WireGateway gateway(with_admin({}, true));
  const std::string cookie = gateway.log_in(R"({"user":"alice","cart":[1,2]})");
  AdminPeer peer(gateway);
  const Answer answer = peer.ask("POST", "/sessions", cookie + "\n");
  BOOST_TEST(answer.status == 200);
  BOOST_TEST(Json::parse(answer.body).at("attributes").at("cart").size() == 2u);
  BOOST_TEST(peer.ask("POST", "/sessions", cookie.substr(1)).status == 404);
  BOOST_TEST(gateway.log().find(cookie) == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_socket_of_the_service_manager_serves_operators_by_its_address) {
  TempDir dir;
  const HeldSocket fastcgi(dir / "gateway.sock"), admin(dir / "admin.sock");
  WireGateway::Setup setup;
  setup.sockets = {fastcgi.descriptor(), admin.descriptor()};
  setup.listen = "admin: { unix: '" + (dir / "admin.sock") + "' }\n";
  const WireGateway gateway(setup);
  Peer peer = unix_peer(dir / "admin.sock");
  BOOST_TEST(peer.ask_http(http_request("GET", "/stats")).status == 200);
  BOOST_TEST(gateway.log().find("ignoring admin.unix") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_service_manager_that_does_not_pass_the_socket_is_told_of) {
  TempDir dir;
  const HeldSocket fastcgi(dir / "gateway.sock");
  WireGateway::Setup setup = with_admin();
  setup.sockets = {fastcgi.descriptor()};
  const WireGateway gateway(setup);
  BOOST_TEST(gateway.log().find("ignoring admin.unix") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(attributes_come_with_a_reload_and_another_socket_needs_a_restart) {
  const WireGateway gateway(with_admin());
  (void)gateway.log_in(R"({"user":"alice"})");
  AdminPeer peer(gateway);
  const std::string name = peer.get("/sessions").at("sessions")[0].at("name").get<std::string>();
  BOOST_TEST(!peer.get("/sessions/" + name).contains("attributes"));
  gateway.reconfigure("admin.sock'\n", "admin.sock'\n  attributes: true\n");
  (void)gateway.reload();
  BOOST_TEST(peer.get("/sessions/" + name).contains("attributes"));
  gateway.reconfigure("admin.sock", "other.sock");
  const std::string told = gateway.reload();
  BOOST_TEST(told.find("admin.unix") != std::string::npos);
  BOOST_TEST(told.find("only after a restart") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway::test
