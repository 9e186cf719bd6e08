#include <chrono>
#include <string>

#include <boost/test/unit_test.hpp>

#include "gateway/endpoints/endpoint.h"
#include "tests/support/endpoint_fixture.h"

namespace session::test {
namespace {

using namespace std::chrono_literals;
using gateway::Response;

const std::string kProblem =
    "Content-Type: application/problem+json\r\nCache-Control: no-store\r\nX-Session-Reason: ";

struct Auth : EndpointFixture {
  Response ask(const Asked& asked) { return answer(gateway::auth_endpoint, asked); }
  Response ask(const std::string& header) { return ask(Asked("GET").with("HTTP_COOKIE", header)); }
  static std::string reason(const Response& response) {
    return std::string(response.headers.get("X-Session-Reason"));
  }

  Session alice = stored(R"({"user":"alice","groups":["staff"]})"_json);
  std::string cookie = cookie_of(alice);
};

BOOST_FIXTURE_TEST_SUITE(auth_endpoint, Auth)

BOOST_AUTO_TEST_CASE(a_good_cookie_is_a_204_with_identity_and_no_body) {
  const Response response = ask(cookie);
  BOOST_TEST(response.status == 204);
  BOOST_TEST(response.body == "");
  BOOST_TEST(response.headers.lines() ==
             "X-Auth-Request-User: alice\r\nX-Auth-Request-Email: \r\nX-Auth-Request-Groups: staff\r\n"
             "X-Session-Cookie: \r\nCache-Control: no-store\r\n");
}

BOOST_AUTO_TEST_CASE(the_application_gets_the_other_cookies_and_not_ours) {
  const Response response =
      ask(Asked("GET").with("HTTP_COOKIE", "a=1; " + cookie + "; b=\"2\"").with("HTTP_COOKIE", "c=3"));
  BOOST_TEST(response.headers.get("X-Session-Cookie") == "a=1; b=\"2\"; c=3");
}

BOOST_AUTO_TEST_CASE(an_answer_that_relies_on_a_copy_says_so) {
  BOOST_TEST(count_of(ask(cookie), "X-Session-Stale") == 0);
  store.answer_by_copies();
  const Response response = ask(cookie);
  BOOST_TEST(response.status == 204);
  BOOST_TEST(response.headers.get("X-Session-Stale") == "1");
  BOOST_TEST(response.headers.get("X-Auth-Request-User") == "alice");
}

BOOST_AUTO_TEST_CASE(what_the_client_calls_itself_changes_nothing) {
  Asked asked("GET");
  asked.with("HTTP_X_AUTH_REQUEST_USER", "root")
      .with("HTTP_GATEWAY_REQUIRE", "nosuch")
      .with("HTTP_COOKIE", cookie);
  const Response response = ask(asked);
  BOOST_TEST(response.status == 204);
  BOOST_TEST(response.headers.get("X-Auth-Request-User") == "alice");
  BOOST_TEST(count_of(response, "X-Auth-Request-User") == 1);
}

BOOST_AUTO_TEST_CASE(each_refusal_is_a_401_without_body_and_cookie) {
  std::string forged = cookie;
  forged.back() = forged.back() == 'A' ? 'B' : 'A';
  Session moved = stored(R"({"user":"bob"})"_json);
  const std::string old_cookie = cookie_of(moved);
  run(moved.regenerate());
  const std::pair<std::string, std::string> cases[] = {{"", "absent"},
                                                       {"a=b", "absent"},
                                                       {"__Host-session=x", "malformed"},
                                                       {cookie + "; " + cookie_of(moved), "ambiguous"},
                                                       {forged, "bad-signature"},
                                                       {cookie_of(manager.create()), "unknown"},
                                                       {old_cookie, "revoked"}};
  for (const auto& [header, expected] : cases) {
    const Response response = ask(header);
    BOOST_TEST(response.status == 401);
    BOOST_TEST(response.headers.lines() == kProblem + expected + "\r\n");
    BOOST_TEST(response.body == "");
  }
  clock.set_unix(clock.unix_now() + 12h);
  BOOST_TEST(reason(ask(cookie)) == "expired");
}

BOOST_AUTO_TEST_CASE(only_a_401_says_where_the_client_wanted_to_go) {
  const auto asked = [&](const std::string& header, const std::string& require) {
    Asked with("GET");
    with.with("REQUEST_URI", "/cart?item=2")
        .with("REQUEST_SCHEME", "https")
        .with("HTTP_HOST", "shop.example");
    with.with("HTTP_COOKIE", header).with("GATEWAY_REQUIRE", require);
    return ask(with);
  };
  BOOST_TEST(asked("", "").headers.lines() ==
             kProblem +
                 "absent\r\nX-Session-Return: %2Fcart%3Fitem%3D2\r\n"
                 "X-Session-Return-URL: https%3A%2F%2Fshop.example%2Fcart%3Fitem%3D2\r\n");
  BOOST_TEST(count_of(asked(cookie, ""), "X-Session-Return") == 0);
  const Response denied = asked(cookie, "admin");
  BOOST_TEST(denied.status == 403);
  BOOST_TEST(count_of(denied, "X-Session-Return") == 0);
}

BOOST_AUTO_TEST_CASE(an_outage_is_a_503_and_no_logout) {
  store.fail_all();
  const Response response = ask(cookie);
  BOOST_TEST(response.status == 503);
  BOOST_TEST(response.headers.lines() == kProblem + "store-unavailable\r\nRetry-After: 5\r\n");
  BOOST_TEST(response.body == "");
  BOOST_TEST(log.text() == "error an auth check failed in the store: the test broke the store\n");
}

BOOST_AUTO_TEST_CASE(an_unmet_rule_is_a_403_without_body_and_cookie) {
  const Response response =
      ask(Asked("GET").with("HTTP_COOKIE", cookie).with("GATEWAY_REQUIRE", "user,admin"));
  BOOST_TEST(response.status == 403);
  BOOST_TEST(response.headers.lines() == kProblem + "forbidden\r\n");
  BOOST_TEST(response.body == "");
  BOOST_TEST(ask(Asked("GET").with("HTTP_COOKIE", cookie).with("GATEWAY_REQUIRE", "user")).status == 204);
}

BOOST_AUTO_TEST_CASE(a_rule_that_does_not_exist_is_a_403_and_a_warning_that_no_text_can_break) {
  BOOST_TEST(ask(Asked("GET").with("HTTP_COOKIE", cookie).with("GATEWAY_REQUIRE", "user,ad\nmin")).status ==
             403);
  BOOST_TEST(log.text() ==
             "warning GATEWAY_REQUIRE names a rule that the configuration does not have: ad\\x0amin\n");
}

BOOST_AUTO_TEST_CASE(a_rule_that_is_required_in_a_second_param_is_required_all_the_same) {
  Asked asked("GET");
  asked.with("HTTP_COOKIE", cookie).with("GATEWAY_REQUIRE", "user").with("GATEWAY_REQUIRE", "admin");
  BOOST_TEST(ask(asked).status == 403);
  Asked empty_first("GET");
  empty_first.with("GATEWAY_REQUIRE", "").with("HTTP_COOKIE", cookie).with("GATEWAY_REQUIRE", "admin");
  BOOST_TEST(ask(empty_first).status == 403);
}

BOOST_AUTO_TEST_CASE(a_rule_is_no_reason_to_tell_a_stranger_more_than_a_401) {
  BOOST_TEST(ask(Asked("GET").with("GATEWAY_REQUIRE", "admin")).status == 401);
}

BOOST_AUTO_TEST_CASE(a_cookie_under_an_older_key_is_given_again_once) {
  SessionManager rotated = make_manager(rotated_options());
  gateway::Services with_new_key{rotated, rules, telemetry};
  Asked asked("GET");
  asked.with("HTTP_COOKIE", cookie);
  const gateway::Request request = asked.request();
  const Response response = respond(gateway::auth_endpoint(request, with_new_key));
  BOOST_TEST(response.status == 204);
  BOOST_TEST(count_of(response, "Set-Cookie") == 1);
  BOOST_TEST(given_cookie(response).starts_with("__Host-session=v1.k2." + alice.id()));
}

BOOST_AUTO_TEST_CASE(a_check_touches_unless_the_location_says_not_to) {
  clock.advance(10min);
  (void)ask(Asked("GET").with("HTTP_COOKIE", cookie).with("GATEWAY_TOUCH", "off"));
  BOOST_TEST(store.count(ScriptedStore::touch_call) == 0);
  (void)ask(Asked("GET").with("HTTP_COOKIE", cookie).with("HTTP_GATEWAY_TOUCH", "off"));
  BOOST_TEST(store.count(ScriptedStore::touch_call) == 1);
  clock.advance(10min);
  (void)ask(Asked("GET").with("HTTP_COOKIE", cookie).with("GATEWAY_TOUCH", "on"));
  BOOST_TEST(store.count(ScriptedStore::touch_call) == 2);
}

BOOST_AUTO_TEST_CASE(neither_method_nor_body_nor_actions_mean_anything_to_a_check) {
  const int before = store.count();
  for (const auto* method : {"GET", "POST", "DELETE", "BREW", ""}) {
    Asked asked(method);
    asked.with("HTTP_COOKIE", cookie)
        .with("HTTP_X_SESSION_DESTROY", "true")
        .with("HTTP_X_SESSION_SET", "user=root");
    asked.with("SESSION_DESTROY", "true").with("GATEWAY_ALLOW", "set,destroy").body(R"({"destroy":true})");
    BOOST_TEST(ask(asked).status == 204);
  }
  BOOST_TEST(store.count() == before + 5);
  BOOST_TEST(data_of(cookie) == R"({"groups":["staff"],"user":"alice"})");
}

BOOST_AUTO_TEST_CASE(a_204_never_comes_from_memory_alone) {
  BOOST_TEST(ask(cookie).status == 204);
  run(alice.destroy());
  BOOST_TEST(reason(ask(cookie)) == "unknown");
}

BOOST_AUTO_TEST_CASE(a_login_that_is_too_long_ago_is_a_401_that_says_so) {
  clock.advance(10min + 1s);
  const Response response = ask(Asked("GET")
                                    .with("HTTP_COOKIE", cookie)
                                    .with("GATEWAY_REQUIRE", "login,fresh")
                                    .with("REQUEST_URI", "/pay"));
  BOOST_TEST(response.status == 401);
  BOOST_TEST(response.body.empty());
  BOOST_TEST(reason(response) == "stale");
  BOOST_TEST(response.headers.get("X-Session-Return") == "%2Fpay");
  BOOST_TEST(!response.headers.has("Set-Cookie"));
  BOOST_TEST(!response.headers.has("X-Auth-Request-User"));
  BOOST_TEST_REQUIRE(response.events.size() == 1U);
  BOOST_TEST(response.events[0].cause == "stale");
  BOOST_TEST(response.events[0].session == alice.log_id());
  BOOST_TEST(response.events[0].subject == "alice");
  BOOST_TEST(ask(cookie).status == 204);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
