// The check in front of an application: real nginx, real gateway.

#include <boost/test/unit_test.hpp>

#include "tests/support/e2e/support.h"

namespace session::test {
namespace {

constexpr const char* kAlice = R"({"user":"alice","email":"alice@example.org","groups":["users","staff"]})";

// What the application got under a header's name; nullopt-like "(absent)" if nothing.
std::string got(const Reply& reply, const std::string& header) {
  const Json headers = reply.json()["headers"];
  if (!headers.contains(header)) return "(absent)";
  return headers[header].size() == 1 ? headers[header][0].get<std::string>() : "(repeated)";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(passing)

BOOST_AUTO_TEST_CASE(the_application_learns_who_it_is_over_http1_and_http2) {
  const Stack stack;
  const std::string cookie = stack.log_in(kAlice);
  for (Client& client : stack.http1_and_http2()) {
    const Reply reply = client.get("/account/page?q=1", {cookie});
    BOOST_TEST_REQUIRE(reply.status == 200);
    BOOST_TEST(reply.json()["target"] == "/account/page?q=1");
    BOOST_TEST(got(reply, "x-auth-request-user") == "alice");
    BOOST_TEST(got(reply, "x-auth-request-email") == "alice@example.org");
    BOOST_TEST(got(reply, "x-auth-request-groups") == "users,staff");
    BOOST_TEST(!reply.has("set-cookie"));
  }
}

BOOST_AUTO_TEST_CASE(head_and_post_pass_like_get) {
  Stack stack(Front::relay);
  const std::string cookie = stack.log_in(kAlice);
  for (Client& client : stack.http1_and_http2()) {
    BOOST_TEST(client.head("/account/", {cookie}).status == 200);
    const Reply reply = client.post("/account/form", "field=marker-of-the-body", {cookie});
    BOOST_TEST_REQUIRE(reply.status == 200);
    BOOST_TEST(reply.json()["method"] == "POST");
    BOOST_TEST(reply.json()["body"] == "field=marker-of-the-body");
    BOOST_TEST(client.head("/account/").status == 303);
    BOOST_TEST(client.post("/account/form", "field=marker-of-the-body").status == 303);
  }
  BOOST_TEST(stack.relay().seen().find("marker-of-the-body") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_large_upload_passes_by_the_gateway) {
  const Stack stack;
  const std::string body(900'000, 'b');
  const Reply reply = stack.http().post("/account/upload", body, {stack.log_in(kAlice)});
  BOOST_TEST_REQUIRE(reply.status == 200);
  BOOST_TEST(reply.json()["body"].get_ref<const std::string&>().size() == body.size());
}

BOOST_AUTO_TEST_CASE(the_session_cookie_stays_away_from_the_application) {
  const Stack stack;
  const std::string cookie = stack.log_in(kAlice);
  for (Client& client : stack.http1_and_http2()) {
    BOOST_TEST(got(client.get("/account/", {cookie + "; theme=dark"}), "cookie") == "theme=dark");
    BOOST_TEST(got(client.get("/account/", {"Cookie: a=1; b=2", cookie}), "cookie") == "a=1; b=2");
    BOOST_TEST(got(client.get("/account/", {cookie}), "cookie") == "(absent)");
  }
}

BOOST_AUTO_TEST_CASE(many_large_cookies_are_no_obstacle) {
  const Stack stack;
  const std::string cookie = stack.log_in(kAlice);
  const std::string large(7'500, 'c');
  for (Client& client : stack.http1_and_http2()) {
    const Reply reply = client.get("/account/", {"Cookie: a=" + large, "Cookie: b=" + large, cookie});
    BOOST_TEST_REQUIRE(reply.status == 200);
    BOOST_TEST(got(reply, "cookie") == "a=" + large + "; b=" + large);
  }
}

BOOST_AUTO_TEST_CASE(what_a_client_says_it_is_never_reaches_the_application) {
  const Stack stack;
  const std::string cookie = stack.log_in(R"({"user":"alice"})");
  const HeaderLines forged = {cookie,
                              "X-Auth-Request-User: root",
                              "X-Auth-Request-Email: root@example.org",
                              "x-auth-request-groups: admin",
                              "X_Auth_Request_Groups: admin",
                              "X-Session-Cookie: stolen=1",
                              "X-Session-Set: {\"user\":\"root\"}",
                              "X-Session-Reason: none"};
  for (Client& client : stack.http1_and_http2()) {
    const Reply reply = client.get("/account/", forged);
    BOOST_TEST_REQUIRE(reply.status == 200);
    BOOST_TEST(got(reply, "x-auth-request-user") == "alice");
    BOOST_TEST(got(reply, "x-auth-request-email") == "(absent)");
    BOOST_TEST(got(reply, "x-auth-request-groups") == "(absent)");
    BOOST_TEST(got(reply, "x_auth_request_groups") == "(absent)");
    BOOST_TEST(got(reply, "cookie") == "(absent)");
    BOOST_TEST(got(reply, "x-session-cookie") == "(absent)");
    BOOST_TEST(got(reply, "x-session-set") == "(absent)");
    BOOST_TEST(got(reply, "x-session-reason") == "(absent)");
  }
}

BOOST_AUTO_TEST_CASE(nobody_is_somebody_in_a_public_location) {
  const Stack stack;
  const Reply reply = stack.http().get("/public", {"X-Auth-Request-User: root", "X-Session-Set: a=b"});
  BOOST_TEST_REQUIRE(reply.status == 200);
  BOOST_TEST(got(reply, "x-auth-request-user") == "(absent)");
  BOOST_TEST(got(reply, "x-session-set") == "(absent)");
}

BOOST_AUTO_TEST_CASE(a_rule_decides_who_may_pass) {
  const Stack stack;
  const std::string alice = stack.log_in(kAlice);
  const std::string root = stack.log_in(R"({"user":"root","groups":["admin"]})");
  Client client = stack.http();
  BOOST_TEST(client.get("/admin/", {root}).status == 200);
  BOOST_TEST(client.get("/admin/", {alice}).status == 403);
  BOOST_TEST(client.get("/admin/", {alice, "Accept: application/json"}).json()["reason"] == "forbidden");
  BOOST_TEST(client.get("/admin/").status == 303);
  BOOST_TEST(client.get("/account/", {alice}).status == 200);
}

BOOST_AUTO_TEST_CASE(an_inner_location_without_the_include_lets_nobody_in) {
  const Stack stack;
  Client client = stack.http();
  BOOST_TEST(client.get("/admin/forgotten/", {stack.log_in(kAlice)}).status == 403);
  BOOST_TEST(client.get("/admin/forgotten/", {stack.log_in(R"({"groups":["admin"]})")}).status == 403);
  stack.wait_for_gateway_log("include session-gateway-protect.conf in this inner location");
}

BOOST_AUTO_TEST_CASE(a_session_that_nobody_has_logged_in_to_is_sent_to_the_login_page) {
  const Stack stack;
  Client client = stack.http();
  const auto visitor = stack.log_in(R"({"cart":[1]})");
  BOOST_TEST(client.get("/account/", {visitor}).status == 303);
  BOOST_TEST(client.get("/account/", {visitor, "Accept: application/json"}).status == 401);
  BOOST_TEST(client.get("/account/", {stack.log_in(R"({"user":"alice"})")}).status == 200);
}

BOOST_AUTO_TEST_CASE(a_mistyped_rule_lets_nobody_in) {
  const Stack stack;
  BOOST_TEST(
      stack.http().get("/mistyped/", {stack.log_in(R"({"user":"eve","groups":["admin","amdin"]})")}).status ==
      403);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(refusing)

BOOST_AUTO_TEST_CASE(a_bad_cookie_is_no_session_and_says_why) {
  Stack stack;
  const std::string cookie = stack.log_in(kAlice);
  std::string forged = cookie;
  forged.back() = forged.back() == 'A' ? 'Q' : 'A';
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"Cookie: other=1", "absent"}, {"Cookie: session=nonsense", "malformed"}, {forged, "bad-signature"}};
  Client client = stack.http();
  for (const auto& [header, reason] : cases) {
    const Reply reply = client.get("/account/", {header, "Accept: application/json"});
    BOOST_TEST(reply.status == 401);
    BOOST_TEST(reply.json()["reason"] == reason);
  }
  BOOST_TEST(stack.application().requests() == 0);
}

BOOST_AUTO_TEST_CASE(a_destroyed_session_is_unknown) {
  const Stack stack;
  const std::string cookie = stack.log_in(kAlice);
  Client client = stack.http();
  BOOST_TEST(client.send("DELETE", "/session", {cookie}).status < 300);
  const Reply reply = client.get("/account/", {cookie, "Accept: application/json"});
  BOOST_TEST(reply.status == 401);
  BOOST_TEST((reply.json()["reason"] == "unknown" || reply.json()["reason"] == "revoked"), reply.body);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(connections)

BOOST_AUTO_TEST_CASE(a_hundred_checks_take_one_connection) {
  Stack stack(Front::relay);
  const std::string cookie = stack.log_in(kAlice);
  const unsigned before = stack.relay().connections();
  Client client = stack.http();
  for (int i = 0; i < 100; ++i) BOOST_TEST_REQUIRE(client.get("/account/", {cookie}).status == 200);
  for (int i = 0; i < 100; ++i) BOOST_TEST_REQUIRE(client.get("/account/").status == 303);
  BOOST_TEST(stack.relay().connections() - before <= 2);
}

BOOST_AUTO_TEST_CASE(nothing_is_stored_for_it_on_disk) {
  const Stack stack;
  const std::string cookie = stack.log_in(kAlice);
  for (const HeaderLines& who :
       {HeaderLines{cookie}, HeaderLines{}, HeaderLines{"Cookie: session=nonsense"}}) {
    for (const char* path : {"/account/", "/admin/"}) stack.http().get(path, who);
  }
  BOOST_TEST(!stack.response_was_stored());
  for (const char* level : {"[crit]", "[error]", "[warn]"}) {
    BOOST_TEST(stack.log("nginx").find(level) == std::string::npos, stack.log("nginx"));
  }
}

BOOST_AUTO_TEST_CASE(head_and_post_keep_the_connection_of_the_check) {
  Stack stack(Front::relay);
  const std::string cookie = stack.log_in(kAlice);
  const unsigned before = stack.relay().connections();
  Client client = stack.http();
  for (int i = 0; i < 50; ++i) {
    BOOST_TEST_REQUIRE(client.head("/account/", {cookie}).status == 200);
    BOOST_TEST_REQUIRE(client.post("/account/", "a=b", {cookie}).status == 200);
  }
  BOOST_TEST(stack.relay().connections() - before <= 2);
}

BOOST_AUTO_TEST_CASE(a_connection_for_every_check_works_too) {
  Stack stack(Front::relay);
  const std::string cookie = stack.log_in(kAlice);
  const unsigned before = stack.relay().connections();
  Client client(stack.site("plain"));
  for (int i = 0; i < 100; ++i) BOOST_TEST_REQUIRE(client.get("/account/", {cookie}).status == 200);
  for (int i = 0; i < 100; ++i) BOOST_TEST_REQUIRE(client.get("/account/").status == 401);
  BOOST_TEST(stack.relay().connections() - before == 200);
  BOOST_TEST(stack.log("gateway").find("EPIPE") == std::string::npos);
  BOOST_TEST(stack.log("gateway").find("Broken pipe") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(health_and_readiness_can_be_asked_through_nginx) {
  const Stack stack;
  BOOST_TEST(stack.http().get("/_session/health").status == 200);
  BOOST_TEST(stack.http().get("/_session/ready").status == 200);
  BOOST_TEST(stack.http().head("/_session/ready").status == 200);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
