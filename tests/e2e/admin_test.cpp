// Operators behind nginx: a rule says who they are.

#include <string>

#include <boost/test/unit_test.hpp>

#include "tests/support/e2e/support.h"

namespace session::test {
namespace {

constexpr const char* kAlice = R"({"user":"alice"})";
constexpr const char* kOperator = R"({"user":"root","groups":["admin"]})";

}  // namespace

BOOST_AUTO_TEST_SUITE(admin)

BOOST_AUTO_TEST_CASE(an_operator_sees_and_ends_sessions_and_the_audit_says_who) {
  const Stack stack;
  const std::string alice = stack.log_in(kAlice);
  const std::string root = stack.log_in(kOperator);
  for (Client& client : stack.http1_and_http2()) {
    const Reply reply = client.get("/_admin/sessions", {root});
    BOOST_TEST(reply.status == 200);
    BOOST_TEST(reply.json().at("sessions").size() == 2u);
    BOOST_TEST(client.get("/_admin/stats", {root}).status == 200);
    BOOST_TEST(client.get("/_admin/subjects?prefix=al", {root}).json().at("subjects").size() == 1u);
    BOOST_TEST(client.get("/_admin/", {root}).status == 404);
  }
  Client client = stack.http();
  const std::string name = client.get("/_admin/sessions?subject=alice", {root})
                               .json()
                               .at("sessions")[0]
                               .at("name")
                               .get<std::string>();
  BOOST_TEST(client.get("/_admin/sessions/" + name, {root}).json().at("subject") == "alice");
  BOOST_TEST(client.send("DELETE", "/_admin/sessions/" + name, {root}).json().at("ended") == 1);
  BOOST_TEST(client.get("/sessions", {alice}).status == 401);
  stack.wait_for_gateway_log("cause=admin session=" + name + " subject=alice by=root");
}

BOOST_AUTO_TEST_CASE(nobody_else_is_one) {
  const Stack stack;
  const std::string alice = stack.log_in(kAlice);
  const std::string root = stack.log_in(kOperator);
  for (Client& client : stack.http1_and_http2()) {
    BOOST_TEST(client.get("/_admin/sessions").status == 401);
    BOOST_TEST(client.get("/_admin/sessions", {alice}).status == 403);
    BOOST_TEST(client.send("DELETE", "/_admin/sessions?all=true&confirm=all", {alice}).status == 403);
    for (const char* forged : {"Gateway-Require: user", "GATEWAY_REQUIRE: user", "X-Auth-Request-User: root",
                               "Document-Uri: /sessions"})
      BOOST_TEST(client.get("/_admin/sessions", {alice, forged}).status == 403);
    BOOST_TEST(client.get("/sessions", {alice}).status == 200);
  }
}

BOOST_AUTO_TEST_CASE(a_location_that_forgets_its_rule_serves_nobody) {
  const Stack stack;
  const std::string root = stack.log_in(kOperator);
  Client client = stack.http();
  BOOST_TEST(client.get("/_forgotten/sessions", {root}).status == 403);
  BOOST_TEST(client.send("DELETE", "/_forgotten/sessions?all=true&confirm=all", {root}).status == 403);
  stack.wait_for_gateway_log("names the endpoint admin or console without a rule");
}

BOOST_AUTO_TEST_CASE(the_page_of_another_site_ends_nothing_with_an_operators_cookie) {
  const Stack stack;
  const std::string root = stack.log_in(kOperator);
  Client client = stack.http();
  const std::string all = "/_admin/sessions?all=true&confirm=all";
  BOOST_TEST(client.send("DELETE", all, {root, "Sec-Fetch-Site: cross-site"}).status == 403);
  BOOST_TEST(client.send("DELETE", all, {root, "Origin: http://evil.test"}).status == 403);
  BOOST_TEST(client.get("/_admin/sessions", {root}).status == 200);
  BOOST_TEST(client.send("DELETE", all, {root}).json().at("ended") == 1);
  BOOST_TEST(client.get("/_admin/sessions", {root}).status == 401);
}

BOOST_AUTO_TEST_CASE(the_console_is_a_page_for_operators_and_asks_below_its_own_address) {
  const Stack stack;
  const std::string alice = stack.log_in(kAlice);
  const std::string root = stack.log_in(kOperator);
  for (Client& client : stack.http1_and_http2()) {
    BOOST_TEST(client.get("/_console/").header("location") == "/login?to=%2F_console%2F");
    BOOST_TEST(client.get("/_console/", {alice}).status == 403);
    BOOST_TEST(client.get("/_console/api/sessions", {alice}).status == 403);
    const Reply page = client.get("/_console/", {root});
    BOOST_TEST(page.status == 200);
    BOOST_TEST(page.header("content-security-policy").starts_with("default-src 'none'"));
    const auto at = page.body.find("assets/");
    const std::string asset = page.body.substr(at, page.body.find('"', at) - at);
    const Reply file = client.get("/_console/" + asset, {root});
    BOOST_TEST(file.status == 200);
    BOOST_TEST(file.header("cache-control") == "private, max-age=31536000, immutable");
    BOOST_TEST(client.get("/_console/" + asset).status == 303);
    BOOST_TEST(page.header("cache-control") == "no-store");
    BOOST_TEST(client.get("/_console/" + asset, {root, "If-None-Match: " + file.header("etag")}).status ==
               304);
    BOOST_TEST(client.get("/_console/api/self", {root}).json().at("subject") == "root");
    BOOST_TEST(client.get("/_console/api/stats", {root}).json().contains("created"));
    BOOST_TEST(client.get("/_console/api/metrics", {root}).status == 200);
  }
  Client client = stack.http();
  const std::string all = "/_console/api/sessions?subject=alice";
  BOOST_TEST(client.send("DELETE", all, {root, "Sec-Fetch-Site: cross-site"}).status == 403);
  BOOST_TEST(client.send("DELETE", all, {root, "Origin: http://evil.test"}).status == 403);
  BOOST_TEST(client.send("DELETE", all, {root, "Sec-Fetch-Site: same-origin"}).json().at("ended") == 1);
  stack.wait_for_gateway_log("subject=alice by=root");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
