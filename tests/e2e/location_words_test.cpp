// What a location says of commits, cookies and checks holds for that location alone, whatever way nginx takes
// to the next.

#include <boost/test/unit_test.hpp>

#include "tests/support/e2e/support.h"

namespace session::test {
namespace {

constexpr const char* kLogin =
    "200 OK\r\nX-Accel-Redirect: /_session/commit\r\nX-Session-Set: {\"user\":\"root\"}\r\n\r\n";
constexpr const char* kLogout =
    "200 OK\r\nX-Accel-Redirect: /_session/commit\r\nX-Session-Destroy: true\r\n\r\n";
constexpr const char* kPass = "Status: 204 No Content\r\nX-Auth-Request-User: alice\r\n\r\n";

std::string user_of(const Stack& stack, const std::string& cookie) {
  const Reply reply = stack.http().get("/session", {cookie});
  return reply.status == 200 ? reply.json().value("user", "") : std::to_string(reply.status);
}

std::string user_of(const Stack& stack, const Reply& reply) {
  return user_of(stack, "Cookie: session=" + reply.cookie("session"));
}

std::string redirect_to(const std::string& target) {
  return "200 OK\r\nX-Accel-Redirect: " + target + "\r\n\r\n";
}

std::string page_with(const std::string& body) { return "200 OK\r\nContent-Type: text/html\r\n\r\n" + body; }

std::size_t count(const std::string& text, const std::string& what) {
  std::size_t found = 0;
  for (std::size_t at = 0; (at = text.find(what, at)) != text.npos; at += what.size()) ++found;
  return found;
}

// Asks as alice for a page whose parts all end the session, or try to.
Reply page_of_logouts(Stack& stack, const std::string& page, const std::string& body,
                      const std::string& cookie) {
  stack.application().answers([page, body](const AppRequest& request) {
    return request.target == page ? page_with(body) : std::string(kLogout);
  });
  return Client(stack.site("tenants")).get(page, {cookie});
}

// The cookies that the application behind this path gets of a client that sends two.
std::string cookies_at(const Stack& stack, const std::string& server, const std::string& path) {
  const Reply reply =
      Client(stack.site(server)).get(path, {"Cookie: a=1; __Host-session=x", "X-Session-Commit: on"});
  const Json headers = reply.json()["headers"];
  BOOST_TEST(!headers.contains("x-session-commit"), path);
  return headers.contains("cookie") ? headers["cookie"].dump() : "none";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(the_right_to_commit)

BOOST_AUTO_TEST_CASE(it_is_of_one_location_also_where_the_server_breaks_off) {
  Stack stack;
  stack.application().answers([](const AppRequest& request) {
    return request.target == "/go" ? redirect_to("/tenant/x") : std::string(kLogin);
  });
  Client client(stack.site("broken"));
  for (const auto* path : {"/tenant/x", "/silenced/x", "/by-try-files/x", "/by-error-page/x", "/go",
                           "/rewritten/tenant/x", "/rewritten/by-try-files/x"}) {
    const Reply reply = client.get(path);
    BOOST_TEST(reply.status == 403, path);
    BOOST_TEST(reply.header("x-session-reason") == "commit-not-allowed", path);
    BOOST_TEST(!reply.has("set-cookie"), path);
  }
  for (const auto* path : {"/login", "/rewritten/login"})
    BOOST_TEST(user_of(stack, client.get(path)) == "root", path);
}

// The one way that is left, and that docs/nginx.md and lint tell: from a location that sends nothing itself.
BOOST_AUTO_TEST_CASE(inherited_lines_have_it_only_behind_a_place_that_sends_nothing) {
  Stack stack;
  stack.application().answers([](const AppRequest&) { return std::string(kLogin); });
  Client client(stack.site("tenants"));
  BOOST_TEST(client.get("/inner/tenant/x").status == 403);
  BOOST_TEST(user_of(stack, client.get("/to-inner/x")) == "root");
}

BOOST_AUTO_TEST_CASE(an_application_behind_a_redirect_commits_by_the_word_of_its_own_location) {
  Stack stack;
  stack.application().answers([](const AppRequest& request) {
    if (request.target == "/first") return redirect_to("/second");
    return request.target == "/second" ? redirect_to("/login") : std::string(kLogin);
  });
  BOOST_TEST(user_of(stack, Client(stack.site("tenants")).get("/first")) == "root");
}

BOOST_AUTO_TEST_CASE(an_application_with_fastcgi_has_it_by_the_same_file) {
  Stack stack;
  const CannedGateway application(stack.fastcgi_socket(), std::string("Status: ") + kLogin);
  Client client(stack.site("tenants"));
  BOOST_TEST(user_of(stack, client.get("/fastcgi/x")) == "root");
  BOOST_TEST(client.get("/fastcgi/tenant/x").status == 403);
}

BOOST_AUTO_TEST_CASE(a_check_of_another_service_changes_nothing) {
  Stack stack;
  stack.application().answers([](const AppRequest& request) {
    return request.target == "/other-check" ? std::string("200 OK\r\n\r\n") : std::string(kLogin);
  });
  Client client(stack.site("tenants"));
  BOOST_TEST(user_of(stack, client.get("/checked/x")) == "root");
  BOOST_TEST(client.get("/silenced/checked/x").status == 403);
}

BOOST_AUTO_TEST_CASE(a_mirror_neither_takes_nor_lends_it) {
  Stack stack;
  stack.application().answers([](const AppRequest& request) {
    return std::string(request.target.starts_with("/mirror-") ? kLogout : kLogin);
  });
  Client client(stack.site("tenants"));
  const std::string cookie = stack.log_in(R"({"user":"alice"})");
  BOOST_TEST(client.get("/mirrored/back/x", {cookie}).status == 403);
  BOOST_TEST(user_of(stack, client.get("/mirrored/x")) == "root");
}

BOOST_AUTO_TEST_CASE(a_mirror_does_not_commit) {
  for (const std::string path : {"/mirrored/x", "/mirrored/back/x"}) {
    Stack stack;
    const std::string cookie = stack.log_in(R"({"user":"alice"})");
    stack.application().answers([](const AppRequest& request) {
      return request.target.starts_with("/mirror-") ? std::string(kLogout) : page_with("");
    });
    BOOST_TEST(Client(stack.site("tenants")).get(path, {cookie}).status == 200);
    stack.wait_for_gateway_log("may not commit (GATEWAY_COMMIT)");
    BOOST_TEST(user_of(stack, cookie) == "alice", path);
  }
}

BOOST_AUTO_TEST_CASE(no_part_of_a_page_commits) {
  Stack stack;
  const std::string cookie = stack.log_in(R"({"user":"alice"})");
  std::string parts;
  for (const char* part : {"/tenant/x", "/public", "/silenced/x", "/tenant/y"})
    parts += "<!--#include virtual=\"" + std::string(part) + "\" -->\n";
  const Reply included = page_of_logouts(stack, "/page/x", parts, cookie);
  BOOST_TEST(count(included.body, "commit-not-allowed") == 4, included.body);
  const Reply added = page_of_logouts(stack, "/added/x", "between", cookie);
  BOOST_TEST(count(added.body, "commit-not-allowed") == 2, added.body);
  BOOST_TEST(user_of(stack, cookie) == "alice");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(the_session_cookie)

BOOST_AUTO_TEST_CASE(it_is_kept_for_the_location_that_asks_and_no_other) {
  const Stack stack(Front::canned);
  const std::string all = R"(["a=1; __Host-session=x"])";
  const std::string without = R"(["a=1"])";
  BOOST_TEST(cookies_at(stack, "tenants", "/keeps/x") == all);
  for (const auto* path : {"/keeps/by-try-files/x", "/keeps/by-name/x", "/keeps/by-rewrite/x", "/silenced/x"})
    BOOST_TEST(cookies_at(stack, "tenants", path) == without, path);
  BOOST_TEST(cookies_at(stack, "broken", "/keeps/x") == without);
}

BOOST_AUTO_TEST_CASE(it_does_not_follow_a_redirect_of_the_application) {
  Stack stack(Front::canned);
  stack.application().answers([](const AppRequest& request) {
    if (request.target == "/keeps/go") return redirect_to("/silenced/x");
    std::string cookies;
    for (const auto& [name, value] : request.headers) cookies += name == "cookie" ? value : "";
    return page_with(cookies);
  });
  Client client(stack.site("tenants"));
  const HeaderLines cookies = {"Cookie: a=1; __Host-session=x"};
  BOOST_TEST(client.get("/keeps/x", cookies).body == "a=1; __Host-session=x");
  BOOST_TEST(client.get("/keeps/go", cookies).body == "a=1");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(what_a_check_asks)

BOOST_AUTO_TEST_CASE(a_location_that_takes_every_session_opens_no_other_one) {
  Stack stack(Front::canned);
  CannedGateway gateway(stack.front_socket(), kPass);
  stack.application().answers([](const AppRequest& request) {
    return request.target == "/anybody/go" ? redirect_to("/account/x") : page_with("");
  });
  Client client(stack.site("words"));
  const auto required = [&](const std::string& path) {
    BOOST_TEST(client.get(path).status == 200, path);
    const auto params = gateway.params();
    if (path != "/anybody/x") BOOST_TEST(params.count("GATEWAY_TOUCH") == 0, path);
    return params.find("GATEWAY_REQUIRE")->second;
  };
  BOOST_TEST(required("/anybody/x") == ",,");
  BOOST_TEST(gateway.params().count("GATEWAY_TOUCH") == 1);
  BOOST_TEST(required("/anybody/by-limit/first") == ",,");
  for (const auto* path :
       {"/account/x", "/anybody/by-try-files/x", "/anybody/by-name/x", "/anybody/by-error-page/x",
        "/anybody/go", "/anybody/by-rewrite/x", "/anybody/by-an-if/x", "/anybody/by-return/x",
        "/anybody/by-limit/x", "/anybody/behind/x"})
    BOOST_TEST(required(path) == ",login,", path);
  const std::string forgotten = "include session-gateway-protect.conf in this inner location,,";
  BOOST_TEST(required("/anybody/to-forgotten/x") == forgotten);
}

// nginx can't tell: the variables belong to the request. Lint does (forgotten-location-reached).
BOOST_AUTO_TEST_CASE(a_location_without_the_include_goes_by_what_a_way_before_the_check_brings_along) {
  Stack stack(Front::canned);
  CannedGateway gateway(stack.front_socket(), kPass);
  stack.application().answers([](const AppRequest&) { return page_with(""); });
  Client client(stack.site("words"));
  const auto required = [&](const std::string& path) {
    BOOST_TEST(client.get(path).status == 200, path);
    return gateway.params().find("GATEWAY_REQUIRE")->second;
  };
  BOOST_TEST(required("/anybody/early-to-forgotten/x") == ",,");
  BOOST_TEST(required("/anybody/returned-to-forgotten/x") == ",,");
  const std::string forgotten = "include session-gateway-protect.conf in this inner location,login,";
  BOOST_TEST(required("/account/forgotten/x") == forgotten);
  BOOST_TEST(required("/moved/x") == forgotten);
}

BOOST_AUTO_TEST_CASE(a_session_without_a_user_stays_outside_whatever_the_way) {
  Stack stack;
  const std::string cookie = stack.log_in(R"({"theme":"dark"})");
  Client client(stack.site("words"));
  BOOST_TEST(client.get("/anybody/x", {cookie}).status == 200);
  BOOST_TEST(client.get("/anybody/by-limit/x", {cookie}).status == 200);
  for (const auto* path :
       {"/account/x", "/anybody/by-try-files/x", "/anybody/by-name/x", "/anybody/by-error-page/x",
        "/anybody/by-rewrite/x", "/anybody/by-an-if/x", "/anybody/by-return/x", "/anybody/by-limit/x",
        "/anybody/behind/x", "/anybody/to-forgotten/x"})
    BOOST_TEST(client.get(path, {cookie}).status != 200, path);
  BOOST_TEST(stack.application().requests() == 2);
}

BOOST_AUTO_TEST_CASE(a_location_that_lets_preflights_through_opens_no_other_one) {
  Stack stack;
  Client client(stack.site("words"));
  const HeaderLines preflight = {"Origin: https://other.example", "Access-Control-Request-Method: POST"};
  BOOST_TEST(client.send("OPTIONS", "/anybody/by-limit/x", preflight).status == 200);
  for (const auto* path : {"/account/x", "/anybody/by-rewrite/x", "/anybody/by-an-if/x",
                           "/anybody/by-return/x", "/anybody/by-limit/x"})
    BOOST_TEST(client.send("OPTIONS", path, preflight).status >= 300, path);
  BOOST_TEST(stack.application().requests() == 1);
}

BOOST_AUTO_TEST_CASE(the_login_page_and_the_word_of_polling_go_along_before_the_check_and_open_nothing) {
  Stack stack(Front::canned);
  CannedGateway gateway(stack.front_socket(), kPass);
  Client client(stack.site("words"));
  BOOST_TEST(client.get("/polls/by-rewrite/x").status == 200);
  BOOST_TEST(gateway.params().find("GATEWAY_REQUIRE")->second == ",login,");
  BOOST_TEST(gateway.params().find("GATEWAY_TOUCH")->second == "off");
  BOOST_TEST(client.get("/polls/by-try-files/x").status == 200);
  BOOST_TEST(gateway.params().count("GATEWAY_TOUCH") == 0);  // of the second check, which is of /account/
  const Stack real;
  for (const auto* path : {"/polls/by-rewrite/x", "/polls/by-try-files/x"}) {
    const Reply refused = Client(real.site("words")).get(path);
    BOOST_TEST(refused.status == 303, path);
    BOOST_TEST(refused.header("location") == "/sign-in?to=" + replaced(path, "/", "%2F"), path);
  }
  BOOST_TEST(Client(real.site("words")).get("/account/x").header("location") == "/login?to=%2Faccount%2Fx");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
