// What nginx does with conf/nginx, whatever the gateway answers: a canned one stands in its place.

#include <boost/test/unit_test.hpp>

#include "tests/support/e2e/support.h"
#include "tests/support/places.h"

namespace session::test {
namespace {

constexpr const char* kPass =
    "Status: 204 No Content\r\nX-Auth-Request-User: alice\r\nX-Auth-Request-Email: \r\n"
    "X-Auth-Request-Groups: users\r\nX-Session-Cookie: other=1\r\n\r\n";

// A stack whose gateway says `answer` to everything.
struct Canned {
  explicit Canned(const std::string& answer) : gateway(stack.front_socket(), answer) {}
  // The one value of a param of the last request; "(absent)" or "(repeated)".
  std::string param(const std::string& name) {
    const auto all = gateway.params();
    if (all.count(name) != 1) return all.count(name) == 0 ? "(absent)" : "(repeated)";
    return all.find(name)->second;
  }

  Stack stack{Front::canned};
  CannedGateway gateway;
};

std::string refused(const std::string& status, const std::string& more = "") {
  return "Status: " + status + "\r\n" + more + "\r\n";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(questions)

BOOST_AUTO_TEST_CASE(a_check_carries_the_cookies_and_nothing_else_of_the_client) {
  Canned canned(kPass);
  Client client = canned.stack.http();
  const Reply reply = client.post("/account/page?a=b", "the body", {"Cookie: a=1", "X-Other: x"});
  BOOST_TEST(reply.status == 200);
  BOOST_TEST(canned.param("GATEWAY_ENDPOINT") == "auth");
  BOOST_TEST(canned.param("GATEWAY_REQUIRE") == ",login,");
  BOOST_TEST(canned.param("GATEWAY_TOUCH") == "(absent)");
  BOOST_TEST(canned.param("HTTP_COOKIE") == "a=1");
  BOOST_TEST(canned.param("CONTENT_LENGTH") == "(absent)");
  BOOST_TEST(canned.param("REQUEST_METHOD") == "(absent)");
  BOOST_TEST(canned.param("HTTP_X_OTHER") == "(absent)");
  BOOST_TEST(canned.param("HTTP_HOST") == "(absent)");
}

BOOST_AUTO_TEST_CASE(several_cookie_headers_arrive_as_one) {
  Canned canned(kPass);
  canned.stack.http().get("/account/", {"Cookie: a=1; b=2", "Cookie: c=3"});
  BOOST_TEST(canned.param("HTTP_COOKIE") == "a=1; b=2; c=3");
}

BOOST_AUTO_TEST_CASE(cookie_crumbs_of_http2_arrive_as_one) {
  Canned canned(kPass);
  const Reply reply = canned.stack.http2().get("/account/", {"Cookie: a=1", "Cookie: b=2", "Cookie: c=3"});
  BOOST_TEST(reply.http_version == CURL_HTTP_VERSION_2_0);
  BOOST_TEST(canned.param("HTTP_COOKIE") == "a=1; b=2; c=3");
}

BOOST_AUTO_TEST_CASE(a_location_can_require_a_rule) {
  Canned canned(kPass);
  BOOST_TEST(canned.stack.http().get("/admin/").status == 200);
  BOOST_TEST(canned.param("GATEWAY_REQUIRE") == ",login,admin");
}

BOOST_AUTO_TEST_CASE(a_location_can_leave_the_session_untouched) {
  Canned canned(kPass);
  BOOST_TEST(canned.stack.http().get("/poll/").status == 200);
  BOOST_TEST(canned.param("GATEWAY_TOUCH") == "off");
}

BOOST_AUTO_TEST_CASE(a_location_can_leave_the_session_cookie_to_its_application) {
  Canned canned(kPass);
  const Reply reply = canned.stack.http().get("/beside/", {"Cookie: connect.sid=s%3Aa.b; other=1"});
  const Json headers = reply.json()["headers"];
  BOOST_TEST(headers["cookie"] == Json::array({"connect.sid=s%3Aa.b; other=1"}));
  BOOST_TEST(headers["x-auth-request-user"] == Json::array({"alice"}));
}

// Each pair of what the client sends and what reaches the application.
BOOST_AUTO_TEST_CASE(an_open_place_gets_the_cookies_without_the_session_cookie) {
  Canned canned(kPass);
  Client client = canned.stack.http();
  const auto passed = [&](const HeaderLines& headers) {
    const Json got = client.get("/public", headers).json()["headers"];
    return got.contains("cookie") ? got["cookie"].dump() : "none";
  };
  for (const auto& [sent, got] : std::vector<std::pair<std::string, std::string>>{
           {"a=1", R"(["a=1"])"},
           {"__Host-session=x", "none"},
           {"__Host-session", "none"},
           {"a=1; __Host-session=x", R"(["a=1"])"},
           {"__Host-session=x; b=2", R"(["b=2"])"},
           {"a=1; __Host-session=x; b=2", R"(["a=1; b=2"])"},
           {"a=1;\t__Host-session =x;b=2", R"(["a=1; b=2"])"},
           {"__Host-session=x; __Host-session=y;__Host-session=z; c=3", R"(["c=3"])"},
           {"a=1; __Host-session=x; b=2; __Host-session=y; c=3", R"(["a=1; b=2; c=3"])"},
           {"__Host-sessions=1; x__Host-session=2; c=__Host-session",
            R"(["__Host-sessions=1; x__Host-session=2; c=__Host-session"])"},
       })
    BOOST_TEST(passed({"Cookie: " + sent}) == got, sent);
  BOOST_TEST(passed({"Cookie: a=1", "Cookie: __Host-session=x", "Cookie: b=2"}) == R"(["a=1; b=2"])");
  std::string five = "a=1";
  for (int i = 0; i < 5; ++i) five += "; __Host-session=x; b=2";
  BOOST_TEST(passed({"Cookie: " + five}) == "none");
  const std::string large(7'000, 'x');
  BOOST_TEST(passed({"Cookie: __Host-session=1; l=" + large}) == "[\"l=" + large + "\"]");
}

BOOST_AUTO_TEST_CASE(a_commit_carries_the_word_of_its_location_and_the_applications_status) {
  Canned canned("Status: 204 No Content\r\n\r\n");
  canned.stack.application().answers(
      [](const AppRequest&) { return "201 Created\r\nX-Accel-Redirect: /_session/commit\r\n\r\n"; });
  BOOST_TEST(canned.stack.http().get("/public").status == 204);
  BOOST_TEST(canned.param("GATEWAY_COMMIT") == "on");
  BOOST_TEST(canned.param("SESSION_STATUS") == "201");
  BOOST_TEST(Client(canned.stack.site("tenants")).get("/tenant/").status == 204);
  BOOST_TEST(canned.param("GATEWAY_COMMIT") == "");
}

BOOST_AUTO_TEST_CASE(the_session_endpoint_learns_host_port_and_scheme_as_the_browser_has_them) {
  Canned canned("Status: 204 No Content\r\n\r\n");
  Client client = canned.stack.http();
  client.get("/session", {"Host: gateway.test:8080"});
  BOOST_TEST(canned.param("HTTP_HOST") == "gateway.test:8080");
  BOOST_TEST(canned.param("REQUEST_SCHEME") == "http");
  client.get("/session");
  BOOST_TEST(canned.param("HTTP_HOST") == "gateway.test");
  canned.stack.http2().get("/session");
  BOOST_TEST(canned.param("HTTP_HOST") == "gateway.test");
  BOOST_TEST(canned.param("REQUEST_SCHEME") == "https");
}

BOOST_AUTO_TEST_CASE(checks_share_a_kept_connection) {
  Canned canned(kPass);
  Client client = canned.stack.http();
  for (int i = 0; i < 100; ++i) BOOST_TEST_REQUIRE(client.get("/account/").status == 200);
  BOOST_TEST(canned.gateway.connections() == 1);
}

BOOST_AUTO_TEST_CASE(refusals_keep_the_connection_too) {
  Canned canned(refused("401 Unauthorized", "X-Session-Reason: absent\r\n"));
  Client client = canned.stack.http();
  for (int i = 0; i < 50; ++i) BOOST_TEST_REQUIRE(client.get("/account/").status == 303);
  BOOST_TEST(canned.gateway.connections() == 1);
}

BOOST_AUTO_TEST_CASE(as_many_cookies_as_nginx_takes_come_back_reduced) {
  const std::string cookies(24'000, 'c');
  Canned canned("Status: 204 No Content\r\nX-Session-Cookie: a=" + cookies + "\r\n\r\n");
  const std::string third(7'900, 'c');
  const Reply reply = canned.stack.http().get(
      "/account/", {"Cookie: a=" + third, "Cookie: b=" + third, "Cookie: c=" + third});
  BOOST_TEST_REQUIRE(reply.status == 200);
  BOOST_TEST(reply.json()["headers"]["cookie"][0] == "a=" + cookies);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(files)

BOOST_AUTO_TEST_CASE(nginx_takes_them_as_they_are) {
  const TempDir dir;
  const std::string conf = source_root() + "/conf/nginx/session-gateway-";
  const auto include = [&conf](const std::string& name) { return "include " + conf + name + ".conf;\n"; };
  write_file(dir / "nginx.conf", "pid " + dir / "pid" + ";\nevents {}\nhttp {\n" + include("upstream") +
                                     include("http") + "server {\nlisten unix:" + dir / "sock" + ";\n" +
                                     include("server") + include("health") + "location / {\n" +
                                     include("public") + "}\nlocation /a/ {\n" + include("protect") +
                                     "}\nlocation /s {\n" + include("session") + "}\n}\n}\n");
  Process nginx({nginx_binary(), "-t", "-q", "-e", dir / "log", "-c", dir / "nginx.conf"}, dir / "log");
  BOOST_TEST(nginx.wait() == 0);
  BOOST_TEST(read_file(dir / "log") == "");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(answers)

BOOST_AUTO_TEST_CASE(a_renewed_cookie_reaches_the_browser_beside_the_applications_own) {
  Canned canned("Status: 204 No Content\r\nSet-Cookie: session=new; Path=/\r\n\r\n");
  canned.stack.application().answers(
      [](const AppRequest&) { return "200 OK\r\nSet-Cookie: one=1\r\nSet-Cookie: two=2\r\n\r\n"; });
  const Reply reply = canned.stack.http().get("/account/");
  const std::vector<std::string> expected = {"one=1", "two=2", "session=new; Path=/"};
  BOOST_TEST(reply.all("set-cookie") == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_cleared_cookie_reaches_the_browser_with_the_refusal) {
  Canned canned(
      refused("401 Unauthorized", "X-Session-Reason: unknown\r\nSet-Cookie: session=; Max-Age=0\r\n"));
  for (const char* accept : {"Accept: text/html", "Accept: application/json"}) {
    const Reply reply = canned.stack.http().get("/account/", {accept});
    BOOST_TEST(reply.all("set-cookie").size() == 1);
    BOOST_TEST(reply.header("set-cookie") == "session=; Max-Age=0");
  }
}

BOOST_AUTO_TEST_CASE(browsers_go_to_the_login_page) {
  Canned canned(refused("401 Unauthorized", "X-Session-Reason: absent\r\n"));
  Client client = canned.stack.http();
  const Reply reply =
      client.get("/account/a%0Db?x=1&y=2", {"Accept: text/html,application/json;q=0.9,*/*;q=0.8"});
  BOOST_TEST(reply.status == 303);
  BOOST_TEST(reply.header("location") == "/login");  // this gateway names no way back
  BOOST_TEST(reply.header("cache-control") == "no-store");
  BOOST_TEST(!reply.has("set-cookie"));
  BOOST_TEST(client.get("/elsewhere/", {"Accept: */*"}).header("location") == "/sign-in");
  BOOST_TEST(canned.stack.application().requests() == 0);
}

BOOST_AUTO_TEST_CASE(programs_get_a_problem) {
  Canned canned(refused("401 Unauthorized", "X-Session-Reason: expired\r\n"));
  for (const char* accept : {"Accept: application/json", "Accept: application/problem+json, */*"}) {
    const Reply reply = canned.stack.http().get("/account/", {accept});
    BOOST_TEST(reply.status == 401);
    BOOST_TEST(reply.header("content-type") == "application/problem+json");
    BOOST_TEST(reply.header("cache-control") == "no-store");
    BOOST_TEST(reply.json()["reason"] == "expired");
    BOOST_TEST(reply.json()["status"] == 401);
  }
}

BOOST_AUTO_TEST_CASE(a_session_that_is_not_enough_is_forbidden) {
  Canned canned(refused("403 Forbidden", "X-Session-Reason: forbidden\r\n"));
  const Reply page = canned.stack.http().get("/admin/", {"Accept: text/html"});
  BOOST_TEST(page.status == 403);
  BOOST_TEST(page.header("content-type") == "text/html");
  const Reply problem = canned.stack.http().get("/admin/", {"Accept: application/json"});
  BOOST_TEST(problem.status == 403);
  BOOST_TEST(problem.header("content-type") == "application/problem+json");
  BOOST_TEST(problem.json()["reason"] == "forbidden");
}

BOOST_AUTO_TEST_CASE(only_an_outage_is_a_503) {
  for (const auto& [said, expected] :
       std::vector<std::pair<std::string, long>>{{"503 Service Unavailable", 503},
                                                 {"500 Oops", 500},
                                                 {"404 Not Found", 500},
                                                 {"413 Too Large", 500}}) {
    Canned canned(refused(said, "X-Session-Reason: store-unavailable\r\n"));
    const Reply reply = canned.stack.http().get("/account/", {"Accept: application/json"});
    BOOST_TEST(reply.status == expected, said << " became " << reply.status);
    BOOST_TEST(reply.header("retry-after") == (expected == 503 ? "5" : ""));
    BOOST_TEST(!reply.has("set-cookie"));
    BOOST_TEST(canned.stack.application().requests() == 0);
  }
}

BOOST_AUTO_TEST_CASE(no_error_page_of_the_server_turns_an_outage_into_a_pass) {
  Stack stack(Front::canned);
  BOOST_TEST(Client(stack.site("lenient")).get("/account/").status == 503);  // nobody listens
  const CannedGateway gateway(stack.front_socket(), refused("503 Service Unavailable"));
  BOOST_TEST(Client(stack.site("lenient")).get("/account/").status == 503);
  BOOST_TEST(stack.application().requests() == 0);
}

BOOST_AUTO_TEST_CASE(internal_locations_are_nobodys_to_ask_for) {
  Canned canned(kPass);
  Client client = canned.stack.http();
  for (const char* path : {"/_session/auth", "/_session/commit", "/_session/auth?x", "//_session/commit"}) {
    BOOST_TEST(client.get(path, {"X-Session-Set: {\"user\":\"eve\"}"}).status == 404);
  }
  BOOST_TEST(canned.gateway.connections() == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
