// The session as JSON, through nginx, as a browser's script uses it.

#include <boost/test/unit_test.hpp>

#include "tests/support/e2e/support.h"

namespace session::test {
namespace {

constexpr const char* kAlice = R"({"user":"alice","theme":"light"})";

}  // namespace

BOOST_AUTO_TEST_SUITE(session_json)

BOOST_AUTO_TEST_CASE(a_session_is_shown_and_not_to_be_stored) {
  const Stack stack;
  const std::string cookie = stack.log_in(kAlice);
  for (Client& client : stack.http1_and_http2()) {
    const Reply reply = client.get("/session/view", {cookie});
    BOOST_TEST(reply.status == 200);
    BOOST_TEST(reply.json() == Json::parse(kAlice));
    BOOST_TEST(reply.header("cache-control") == "no-store");
    BOOST_TEST(reply.header("content-type") == "application/json");
    BOOST_TEST(client.head("/session/view", {cookie}).status == 200);
  }
}

BOOST_AUTO_TEST_CASE(no_session_is_a_problem_with_its_reason) {
  const Stack stack;
  const Reply reply = stack.http().get("/session/view");
  BOOST_TEST(reply.status == 401);
  BOOST_TEST(reply.header("content-type") == "application/problem+json");
  BOOST_TEST(reply.body.find("absent") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_location_says_what_may_change_and_what_is_shown) {
  const Stack stack;
  const std::string cookie = stack.log_in(kAlice);
  Client client = stack.http();
  const Reply reply = client.post("/session/theme", R"({"set":{"theme":"dark"}})", {cookie});
  BOOST_TEST(reply.status == 200);
  BOOST_TEST(reply.json() == Json::parse(R"({"theme":"dark"})"));
  BOOST_TEST(client.post("/session/theme", R"({"set":{"user":"root"}})", {cookie}).status == 403);
  BOOST_TEST(client.post("/session/theme", R"({"set":{"theme":"x","user":"root"}})", {cookie}).status == 403);
  BOOST_TEST(client.post("/session/view", R"({"set":{"theme":"x"}})", {cookie}).status == 403);
  BOOST_TEST(client.send("DELETE", "/session/theme", {cookie}).status == 403);
  BOOST_TEST(client.get("/session/view", {cookie}).json() ==
             Json::parse(R"({"user":"alice","theme":"dark"})"));
}

BOOST_AUTO_TEST_CASE(request_headers_carry_actions_too) {
  const Stack stack;
  const std::string cookie = stack.log_in(kAlice);
  Client client = stack.http();
  BOOST_TEST(client.post("/session", "", {cookie, "X-Session-Set: theme=dark"}).status == 200);
  BOOST_TEST(client.post("/session", "", {cookie, "X-Session-Unset: theme"}).status == 200);
  BOOST_TEST(client.get("/session/view", {cookie}).json() == Json::parse(R"({"user":"alice"})"));
  BOOST_TEST(client.get("/session", {cookie, "X-Session-Set: theme=x"}).status == 405);
}

BOOST_AUTO_TEST_CASE(another_sites_page_changes_nothing) {
  const Stack stack;
  const std::string cookie = stack.log_in(kAlice);
  const std::string body = R"({"set":{"theme":"x"}})";
  Client client = stack.http();
  BOOST_TEST(client.post("/session", body, {cookie, "Sec-Fetch-Site: cross-site"}).status == 403);
  BOOST_TEST(client.post("/session", body, {cookie, "Origin: http://evil.test"}).status == 403);
  BOOST_TEST(client.post("/session", body, {cookie, "Origin: http://gateway.test.evil.test"}).status == 403);
  BOOST_TEST(client.post("/session", body, {cookie, "Origin: null"}).status == 403);
  BOOST_TEST(client.get("/session/view", {cookie}).json()["theme"] == "light");
  const HeaderLines own = {cookie, "Origin: http://gateway.test", "Sec-Fetch-Site: same-origin"};
  BOOST_TEST(client.post("/session", body, own).status == 200);
  // A browser names the port in both, and nginx's $host in neither.
  const HeaderLines with_port = {cookie, "Origin: http://gateway.test:8080", "Host: gateway.test:8080"};
  BOOST_TEST(client.post("/session", body, with_port).status == 200);
}

BOOST_AUTO_TEST_CASE(another_origin_is_another_scheme_host_or_port) {
  const Stack stack;
  const std::string cookie = stack.log_in(kAlice);
  const std::string body = R"({"set":{"theme":"x"}})";
  Client plain = stack.http();
  Client tls = stack.http2();
  BOOST_TEST(plain.post("/session", body, {cookie, "Origin: https://gateway.test"}).status == 403);
  BOOST_TEST(plain.post("/session", body, {cookie, "Origin: http://gateway.test:8080"}).status == 403);
  BOOST_TEST(tls.post("/session", body, {cookie, "Origin: http://gateway.test"}).status == 403);
  BOOST_TEST(tls.post("/session", body, {cookie, "Origin: https://gateway.test"}).status == 200);
  BOOST_TEST(plain.send("DELETE", "/session", {cookie, "Origin: http://other.test"}).status == 403);
  const HeaderLines subdomain = {cookie, "Sec-Fetch-Site: same-site", "Origin: http://x.gateway.test"};
  BOOST_TEST(plain.post("/session", body, subdomain).status == 403);
}

// A load balancer has rewritten Host; a form of a page without referrers sends Origin: null.
BOOST_AUTO_TEST_CASE(what_the_browser_calls_same_origin_is) {
  const Stack stack;
  const std::string cookie = stack.log_in(kAlice);
  Client client = stack.http();
  for (const auto* origin : {"Origin: https://shop.test", "Origin: null"}) {
    const HeaderLines headers = {cookie, origin, "Sec-Fetch-Site: same-origin"};
    BOOST_TEST(client.post("/session", R"({"set":{"theme":"x"}})", headers).status == 200);
  }
  BOOST_TEST(
      client.send("DELETE", "/session", {cookie, "Origin: null", "Sec-Fetch-Site: same-origin"}).status ==
      204);
}

BOOST_AUTO_TEST_CASE(a_change_too_large_is_refused_and_the_next_one_is_not) {
  const Stack stack;
  const std::string cookie = stack.log_in(kAlice);
  Client client = stack.http();
  const std::string large = R"({"set":{"theme":")" + std::string(70'000, 'x') + "\"}}";
  const long status = client.post("/session", large, {cookie}).status;
  BOOST_TEST(status == 413);
  BOOST_TEST(client.get("/session/view", {cookie}).json() == Json::parse(kAlice));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
