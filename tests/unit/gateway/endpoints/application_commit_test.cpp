#include <string>

#include <boost/test/unit_test.hpp>

#include "core/json/json.h"
#include "gateway/endpoints/endpoint.h"
#include "tests/support/endpoint_fixture.h"

// What an application asks for itself (POST /commit by HTTP).
namespace session::test {
namespace {

using gateway::Response;

struct Applications : EndpointFixture {
  Response ask(const std::string& body, const std::string& cookie = "", const std::string& origin = "none") {
    Asked asked("POST");
    asked.with("HTTP_COOKIE", cookie).body(body);
    if (origin != "none") asked.with("HTTP_ORIGIN", origin);
    gateway::Request request = asked.request();
    request.front_actions.in_body = true;
    return respond(gateway::commit_endpoint(request, services));
  }
  static std::string reason(const Response& response) {
    return std::to_string(response.status) + " " + std::string(response.headers.get("X-Session-Reason"));
  }
};

BOOST_FIXTURE_TEST_SUITE(application_commit, Applications)

BOOST_AUTO_TEST_CASE(a_login_gives_the_cookie_as_a_header_and_in_the_body) {
  const Response response = ask(R"({"set":{"user":"alice","groups":["admin"]}})");
  BOOST_TEST(response.status == 200);
  BOOST_TEST(response.headers.get("Cache-Control") == "no-store");
  const std::string cookie(response.headers.get("Set-Cookie"));
  BOOST_TEST(data_of(given_cookie(response)) == R"({"groups":["admin"],"user":"alice"})");
  const auto body = parse_json(response.body);
  BOOST_REQUIRE(body);
  BOOST_TEST((*body == Json{{"set_cookie", cookie}, {"set_cookies", {cookie}}}));
  BOOST_TEST(response.events.size() == 1U);
}

BOOST_AUTO_TEST_CASE(what_changes_no_cookie_is_a_204_without_a_body) {
  Session alice = stored(R"({"user":"alice"})"_json);
  const Response response = ask(R"({"set":{"theme":"dark"}})", cookie_of(alice));
  BOOST_TEST(response.status == 204);
  BOOST_TEST(response.body == "");
  BOOST_TEST(!response.headers.has("Set-Cookie"));
  BOOST_TEST(data_of(cookie_of(alice)) == R"({"theme":"dark","user":"alice"})");
}

BOOST_AUTO_TEST_CASE(a_logout_takes_the_cookie_away_and_a_second_one_is_no_error) {
  Session alice = stored(R"({"user":"alice"})"_json);
  const std::string cookie = cookie_of(alice);
  const Response logout = ask(R"({"destroy":true})", cookie);
  BOOST_TEST(logout.status == 200);
  BOOST_TEST(logout.headers.get("Set-Cookie") == kClearedCookie);
  BOOST_TEST(refusal(cookie) == "unknown");
  BOOST_TEST(ask(R"({"destroy":true})").status == 204);
}

BOOST_AUTO_TEST_CASE(a_change_that_the_cookies_do_not_allow_is_told) {
  Session alice = stored(R"({"user":"alice"})"_json);
  const std::string revoked = cookie_of(alice);
  run(alice.regenerate());
  BOOST_TEST(reason(ask(R"({"set":{"theme":"dark"}})", revoked)) == "401 revoked");
}

BOOST_AUTO_TEST_CASE(a_browser_is_no_application) {
  for (const std::string origin : {"https://evil.test", "null", ""}) {
    const int before = store.count();
    BOOST_TEST(reason(ask(R"({"set":{"user":"root"}})", "", origin)) == "403 cross-origin");
    BOOST_TEST(store.count() == before);
  }
}

BOOST_AUTO_TEST_CASE(a_page_that_an_old_browser_takes_for_the_applications_own_is_no_application) {
  for (const std::string name : {"SITE", "MODE", "DEST", "USER"}) {
    Asked asked("POST");
    asked.with("HTTP_SEC_FETCH_" + name, "same-origin").body(R"({"set":{"user":"root"}})");
    gateway::Request request = asked.request();
    request.front_actions.in_body = true;
    BOOST_TEST(reason(respond(gateway::commit_endpoint(request, services))) == "403 cross-origin", name);
  }
}

BOOST_AUTO_TEST_CASE(what_can_not_be_read_changes_nothing) {
  for (const std::string body :
       {"[]", "{", R"({"set":1})", R"({"set":{"a":1},"destroy":true})", R"({"unknown":1})"})
    BOOST_TEST(reason(ask(body)) == "400 bad-actions", body);
}

BOOST_AUTO_TEST_CASE(an_outage_is_a_503) {
  store.fail_all();
  BOOST_TEST(reason(ask(R"({"set":{"user":"alice"}})")) == "503 store-unavailable");
  BOOST_TEST(log.text().find("a commit by HTTP could not be written") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
