// An application that changes the session with response headers: X-Accel-Redirect and X-Session-*.

#include <cstdint>
#include <cstdlib>

#include <boost/test/unit_test.hpp>

#include "tests/support/e2e/support.h"

namespace session::test {
namespace {

constexpr const char* kCommit = "200 OK\r\nX-Accel-Redirect: /_session/commit\r\n";

// The application answers every request with these lines, and commits.
void commits(Stack& stack, const std::string& lines, const std::string& body = "") {
  stack.application().answers([lines, body](const AppRequest&) { return kCommit + lines + "\r\n" + body; });
}

// Answers as `status` says, with the headers of a login.
void logs_in(Stack& stack, const std::string& status, const std::string& more = "") {
  stack.application().answers([status, more](const AppRequest&) {
    return status + "\r\nX-Accel-Redirect: /_session/commit\r\nX-Session-Set: {\"user\":\"root\"}\r\n" +
           more + "\r\n";
  });
}

std::string cookie_line(const Reply& reply) { return "Cookie: session=" + reply.cookie("session"); }

std::string user_of(const Stack& stack, const std::string& cookie) {
  const Reply reply = stack.http().get("/session", {cookie});
  return reply.status == 200 ? reply.json().value("user", "") : std::to_string(reply.status);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(commit)

BOOST_AUTO_TEST_CASE(two_headers_log_a_user_in) {
  Stack stack;
  commits(stack, "X-Session-Set: {\"user\":\"alice\"}\r\nX-Session-Location: /home\r\n",
          "a body that nobody sees");
  for (Client& client : stack.http1_and_http2()) {
    const Reply reply = client.post("/login", "user=alice&password=secret");
    BOOST_TEST(reply.status == 303);
    BOOST_TEST(reply.header("location") == "/home");
    BOOST_TEST(reply.header("cache-control") == "no-store");
    BOOST_TEST(reply.body.find("nobody sees") == std::string::npos);
    BOOST_TEST(user_of(stack, cookie_line(reply)) == "alice");
  }
}

BOOST_AUTO_TEST_CASE(without_a_location_the_answer_is_empty) {
  Stack stack;
  commits(stack, "X-Session-Set: {\"user\":\"alice\"}\r\n");
  const Reply reply = stack.http().post("/login", "");
  BOOST_TEST(reply.status == 204);
  BOOST_TEST(!reply.has("location"));
  BOOST_TEST(user_of(stack, cookie_line(reply)) == "alice");
}

BOOST_AUTO_TEST_CASE(the_applications_own_cookies_arrive_beside_the_gateways) {
  Stack stack;
  commits(stack, "X-Session-Set: {\"user\":\"alice\"}\r\nSet-Cookie: one=1\r\nSet-Cookie: two=2\r\n");
  const Reply reply = stack.http().post("/login", "user=alice");
  BOOST_TEST(reply.all("set-cookie").size() == 3);
  BOOST_TEST(reply.cookie("one") == "1");
  BOOST_TEST(reply.cookie("two") == "2");
  BOOST_TEST(!reply.cookie("session").empty());
}

BOOST_AUTO_TEST_CASE(the_headers_of_a_commit_do_not_reach_the_browser) {
  Stack stack;
  const std::string lines =
      "X-Session-Set: {\"user\":\"alice\"}\r\nX-Session-Unset: a\r\nX-Session-Regenerate: true\r\n"
      "X-Session-Location: /home\r\nX-Session-Flush: true\r\n";
  commits(stack, lines);
  for (const auto& [name, value] : stack.http().post("/login", "").headers) {
    BOOST_TEST(!name.starts_with("x-session"), name << ": " << value);
    BOOST_TEST(!name.starts_with("x-accel"), name << ": " << value);
  }
}

BOOST_AUTO_TEST_CASE(they_do_not_reach_it_without_a_commit_either) {
  Stack stack;
  const std::string cookie = stack.log_in(R"({"user":"alice"})");
  stack.application().answers([](const AppRequest&) {
    return "200 OK\r\nX-Session-Set: a=b\r\nX-Session-Unset: a\r\nX-Session-Destroy: true\r\n"
           "X-Session-Regenerate: true\r\nX-Session-Flush: true\r\nX-Session-Location: /x\r\n\r\n";
  });
  for (const char* path : {"/public", "/account/"}) {
    const Reply reply = stack.http().get(path, {cookie});
    BOOST_TEST(reply.status == 200);
    for (const auto& [name, value] : reply.headers) BOOST_TEST(!name.starts_with("x-session"), name << value);
  }
  BOOST_TEST(user_of(stack, cookie) == "alice");  // and mean nothing
}

BOOST_AUTO_TEST_CASE(a_login_gives_a_new_id_and_the_old_one_is_worth_nothing) {
  Stack stack;
  const std::string before = stack.log_in(R"({"cart":[1]})");
  commits(stack, "X-Session-Set: {\"user\":\"alice\"}\r\n");
  const Reply reply = stack.http().post("/login", "", {before});
  const std::string after = cookie_line(reply);
  BOOST_TEST(after != before);
  BOOST_TEST(user_of(stack, after) == "alice");
  BOOST_TEST(stack.http().get("/session", {after}).json()["cart"] == Json::parse("[1]"));
  BOOST_TEST(user_of(stack, before) == "401");
}

BOOST_AUTO_TEST_CASE(destroying_logs_out_and_takes_the_cookie_away) {
  Stack stack;
  const std::string cookie = stack.log_in(R"({"user":"alice"})");
  commits(stack, "X-Session-Destroy: true\r\nX-Session-Location: /\r\n");
  const Reply reply = stack.http().post("/account/logout", "", {cookie});
  BOOST_TEST(reply.status == 303);
  BOOST_TEST_REQUIRE(reply.all("set-cookie").size() == 1);
  BOOST_TEST(reply.cookie("session").empty());
  BOOST_TEST(reply.header("set-cookie").find("session=;") == 0);
  BOOST_TEST(user_of(stack, cookie) == "401");
}

BOOST_AUTO_TEST_CASE(unsetting_leaves_the_rest) {
  Stack stack;
  const std::string cookie = stack.log_in(R"({"user":"alice","a":1,"b":2})");
  commits(stack, "X-Session-Unset: a,b\r\n");
  BOOST_TEST(stack.http().get("/account/", {cookie}).status == 204);
  BOOST_TEST(stack.http().get("/session", {cookie}).json() == Json::parse(R"({"user":"alice"})"));
}

BOOST_AUTO_TEST_CASE(a_client_cannot_commit) {
  Stack stack;
  const std::string cookie = stack.log_in(R"({"user":"alice"})");
  const HeaderLines forged = {cookie, "X-Session-Set: {\"user\":\"root\"}",
                              "Session-Set: {\"user\":\"root\"}", "X-Accel-Redirect: /_session/commit"};
  BOOST_TEST(stack.http().post("/_session/commit", "{\"set\":{\"user\":\"root\"}}", forged).status == 404);
  BOOST_TEST(stack.http().get("/account/", forged).status == 200);
  commits(stack, "");  // the application commits, and says nothing to set
  BOOST_TEST(stack.http().post("/login", "{\"set\":{\"user\":\"root\"}}", forged).status < 500);
  BOOST_TEST(user_of(stack, cookie) == "alice");
}

BOOST_AUTO_TEST_CASE(a_location_that_includes_nothing_logs_nobody_in_and_out) {
  Stack stack;
  const std::string cookie = stack.log_in(R"({"user":"alice"})");
  logs_in(stack, "200 OK", "X-Session-Location: /home\r\n");
  Client client(stack.site("tenants"));
  for (const auto* path :
       {"/tenant/x", "/silenced/x", "/by-try-files/x", "/by-error-page/x", "/by-name/x", "/by-rewrite/x"}) {
    for (const HeaderLines& headers : {HeaderLines{}, HeaderLines{cookie}}) {
      const Reply reply = client.get(path, headers);
      BOOST_TEST(reply.status == 403, path);
      BOOST_TEST(reply.header("x-session-reason") == "commit-not-allowed", path);
      BOOST_TEST(reply.json()["reason"] == "commit-not-allowed", path);
      BOOST_TEST(!reply.has("set-cookie"), path);
      BOOST_TEST(!reply.has("location"), path);
    }
  }
  commits(stack, "X-Session-Destroy: true\r\n");
  BOOST_TEST(client.post("/tenant/logout", "", {cookie}).status == 403);
  BOOST_TEST(user_of(stack, cookie) == "alice");
  stack.wait_for_gateway_log("may not commit (GATEWAY_COMMIT)");
}

BOOST_AUTO_TEST_CASE(locations_with_the_includes_commit_beside_them) {
  Stack stack;
  logs_in(stack, "200 OK");
  Client client(stack.site("tenants"));
  for (const auto* path : {"/login", "/account/x"}) {
    const Reply reply = client.get(path, {stack.log_in(R"({"user":"alice"})")});
    BOOST_TEST(reply.status == 204, path);
    BOOST_TEST(user_of(stack, cookie_line(reply)) == "root", path);
  }
}

// The site's application hands the request on to the tenant, which commits then.
BOOST_AUTO_TEST_CASE(a_redirect_of_a_trusted_application_lends_its_trust_to_nobody) {
  Stack stack;
  const std::string cookie = stack.log_in(R"({"user":"alice"})");
  stack.application().answers([](const AppRequest& request) {
    const bool tenant = request.target.starts_with("/tenant/");
    return std::string("200 OK\r\nX-Session-Set: {\"user\":\"root\"}\r\nX-Accel-Redirect: ") +
           (tenant ? "/_session/commit" : "/tenant/x") + "\r\n\r\n";
  });
  Client client(stack.site("tenants"));
  for (const auto* path : {"/go", "/account/go"}) {
    const Reply reply = client.get(path, {cookie});
    BOOST_TEST(reply.status == 403, path);
    BOOST_TEST(!reply.has("set-cookie"), path);
  }
}

BOOST_AUTO_TEST_CASE(an_application_that_fails_logs_nobody_in_and_its_status_stays) {
  Stack stack;
  for (const auto& [status, code] :
       {std::pair("404 Not Found", 404), std::pair("500 Internal Server Error", 500),
        std::pair("422 Unprocessable", 422), std::pair("401 Unauthorized", 401)}) {
    logs_in(stack, status, "X-Session-Location: /home\r\nSet-Cookie: own=1\r\n");
    for (Client& client : stack.http1_and_http2()) {
      const Reply reply = client.post("/login", "user=alice");
      BOOST_TEST(reply.status == code);
      BOOST_TEST(reply.header("content-type") == "application/problem+json");
      BOOST_TEST(reply.json()["reason"] == "application-error");
      BOOST_TEST(!reply.has("location"));
      BOOST_TEST(reply.cookie("session").empty());
      BOOST_TEST(reply.cookie("own") == "1");  // is the application's own business
    }
  }
  stack.wait_for_gateway_log("its own answer was an error: ");
}

BOOST_AUTO_TEST_CASE(a_logout_by_an_application_that_fails_is_one_and_its_status_stays) {
  Stack stack;
  const std::string cookie = stack.log_in(R"({"user":"alice"})");
  stack.application().answers([](const AppRequest&) {
    return std::string(
        "500 Internal Server Error\r\nX-Accel-Redirect: /_session/commit\r\nX-Session-Destroy: true\r\n\r\n");
  });
  const Reply reply = stack.http().post("/account/logout", "", {cookie});
  BOOST_TEST(reply.status == 500);
  BOOST_TEST(reply.json()["reason"] == "application-error");
  BOOST_TEST(reply.header("set-cookie").find("session=;") == 0U);
  BOOST_TEST(user_of(stack, cookie) == "401");
}

BOOST_AUTO_TEST_CASE(an_application_that_redirects_or_was_asked_again_logs_in) {
  Stack stack;
  for (const auto* status : {"302 Found", "303 See Other", "201 Created"}) {
    logs_in(stack, status);
    BOOST_TEST(user_of(stack, cookie_line(stack.http().post("/login", ""))) == "root", status);
  }
  // nginx's $upstream_status is "502, 200" where the first server of two is down.
  logs_in(stack, "200 OK");
  Client client(stack.site("tenants"));
  for (int i = 0; i < 3; ++i) BOOST_TEST(user_of(stack, cookie_line(client.get("/retried/x"))) == "root");
}

BOOST_AUTO_TEST_CASE(a_redirect_leads_to_this_site_percent_encoded_or_nowhere) {
  Stack stack;
  logs_in(stack, "200 OK", "X-Session-Location: /m\xc3\xbcnchen 1?q=a b\r\n");
  const Reply reply = stack.http().post("/login", "");
  BOOST_TEST(reply.status == 303);
  BOOST_TEST(reply.header("location") == "/m%C3%BCnchen%201?q=a%20b");
  BOOST_TEST(user_of(stack, cookie_line(reply)) == "root");
  for (const auto* location :
       {"https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"}) {
    logs_in(stack, "200 OK", std::string("X-Session-Location: ") + location + "\r\n");
    const Reply refused = stack.http().post("/login", "");
    BOOST_TEST(refused.status == 400, location);
    BOOST_TEST(refused.json()["reason"] == "bad-location", location);
    BOOST_TEST(!refused.has("set-cookie"), location);
    BOOST_TEST(!refused.has("location"), location);
  }
  stack.wait_for_gateway_log("leads to evil.example, which commit.redirect_hosts does not name");
}

BOOST_AUTO_TEST_CASE(the_longest_location_fits_into_nginxs_buffers) {
  Stack stack;
  const std::string path = "/" + std::string(1360, ' ') + "x";  // 4,082 bytes as it is sent
  logs_in(stack, "200 OK", "X-Session-Location: " + path + "\r\n");
  const Reply reply = stack.http().post("/login", "");
  BOOST_TEST(reply.status == 303);
  BOOST_TEST(reply.header("location").size() == 4082U);
  BOOST_TEST(user_of(stack, cookie_line(reply)) == "root");
}

BOOST_AUTO_TEST_CASE(a_commit_without_the_gateway_is_a_503_and_no_login) {
  Stack stack;
  commits(stack, "X-Session-Set: {\"user\":\"alice\"}\r\nX-Session-Location: /home\r\n");
  stack.stop_gateway();
  const Reply reply = stack.http().post("/login", "", {"Accept: application/json"});
  BOOST_TEST(reply.status == 503);
  BOOST_TEST(reply.header("retry-after") == "5");
  BOOST_TEST(!reply.has("location"));
  BOOST_TEST(!reply.has("set-cookie"));
}

BOOST_AUTO_TEST_CASE(a_login_is_remembered_as_long_as_it_asks_for_and_shows_where_it_was) {
  Stack stack;
  commits(stack, "X-Session-Set: {\"user\":\"alice\"}\r\nX-Session-Lifetime: remember\r\n");
  const Reply reply = stack.http().post("/login", "", {"User-Agent: Telephone/7 (\xc3\xa4)"});
  BOOST_TEST(reply.header("set-cookie").find("; Max-Age=31536000") != std::string::npos);
  BOOST_TEST(!reply.has("x-session-lifetime"));
  const Json sessions = stack.http().get("/sessions", {cookie_line(reply)}).json().at("sessions");
  BOOST_TEST_REQUIRE(sessions.size() == 1u);
  BOOST_TEST(sessions[0].at("lifetime") == "remember");
  BOOST_TEST(sessions[0].at("agent") == "Telephone/7 (\xc3\xa4)");
  BOOST_TEST(sessions[0].at("client") == "unix:");  // the test's nginx listens on sockets
  const auto at = [&](const char* name) { return sessions[0].at(name).get<std::int64_t>(); };
  BOOST_TEST(std::abs(at("expires") - at("authenticated") - 30 * 86400) < 60);
}

BOOST_AUTO_TEST_CASE(a_client_cannot_choose_a_lifetime_at_a_commit) {
  Stack stack;
  commits(stack, "X-Session-Set: {\"user\":\"alice\"}\r\n");
  const Reply reply = stack.http().post("/login", "", {"X-Session-Lifetime: remember"});
  BOOST_TEST(reply.status == 204);
  BOOST_TEST(reply.header("set-cookie").find("Max-Age") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(where_a_recent_login_is_wanted_an_older_one_leads_to_the_login_page_and_back) {
  Stack stack;
  const std::string first = stack.log_in(R"({"user":"alice"})");
  Client client = stack.http();
  wait_until("the login to be old", [&] { return client.get("/recent/", {first}).status == 303; });
  BOOST_TEST(client.get("/recent/?a=1", {first}).header("location") ==
             "/login?to=%2Frecent%2F%3Fa%3D1&reason=stale");
  BOOST_TEST(
      client.get("/recent/elsewhere/", {first}).header("location") ==
      "http://login.test/?from=here&to=http%3A%2F%2Fgateway.test%2Frecent%2Felsewhere%2F&reason=stale");
  const Reply program = client.get("/recent/", {first, "Accept: application/json"});
  BOOST_TEST(program.status == 401);
  BOOST_TEST(program.json().at("reason") == "stale");
  BOOST_TEST(client.get("/account/", {first}).status == 200);
  BOOST_TEST(client.get("/recent/").header("location") == "/login?to=%2Frecent%2F");
  commits(stack, "X-Session-Set: {\"user\":\"alice\"}\r\n");
  const std::string again = cookie_line(client.post("/login", "", {first}));
  BOOST_TEST(again != first);
  stack.application().answers([](const AppRequest&) { return std::string("200 OK\r\n\r\n"); });
  BOOST_TEST(client.get("/recent/", {again}).status == 200);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
