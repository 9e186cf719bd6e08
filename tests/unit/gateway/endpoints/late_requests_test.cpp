// Requests that arrive after the session has got another id, or with more than one cookie: who was logged in
// stays so, and who logged out is out.

#include <string>

#include <boost/test/unit_test.hpp>

#include "gateway/endpoints/endpoint.h"
#include "tests/support/endpoint_fixture.h"

namespace session::test {
namespace {

using gateway::Response;

struct LateRequests : EndpointFixture {
  Response commit(const std::string& cookie, const std::string& param, const std::string& value) {
    return answer(
        gateway::commit_endpoint,
        Asked("POST").with("HTTP_COOKIE", cookie).with(param, value).with("SESSION_LOCATION", "/next"));
  }
  Response change(const std::string& method, const std::string& cookie, const std::string& body = "") {
    return answer(gateway::session_endpoint, Asked(method)
                                                 .with("HTTP_COOKIE", cookie)
                                                 .with("GATEWAY_ALLOW", "set,unset,destroy,regenerate")
                                                 .body(body));
  }
  Response auth(const std::string& cookie, const std::string& required) {
    return answer(gateway::auth_endpoint,
                  Asked("GET").with("HTTP_COOKIE", cookie).with("GATEWAY_REQUIRE", required));
  }
  static std::string reason(const Response& response) {
    return std::string(response.headers.get("X-Session-Reason"));
  }
};

BOOST_FIXTURE_TEST_SUITE(late_requests, LateRequests)

BOOST_AUTO_TEST_CASE(a_commit_with_the_cookie_from_before_a_login_does_not_overwrite_the_login) {
  const std::string before = cookie_of(stored(R"({"cart":[1]})"_json));
  const std::string after = given_cookie(commit(before, "SESSION_SET", R"({"user":"alice"})"));
  const Response late = commit(before, "SESSION_SET", R"({"cart":[1,2]})");
  BOOST_TEST(late.status == 303);
  BOOST_TEST(!late.headers.has("Set-Cookie"));
  BOOST_TEST(data_of(after) == R"({"cart":[1],"user":"alice"})");
}

BOOST_AUTO_TEST_CASE(a_login_with_a_replaced_cookie_begins_a_session_of_its_own) {
  Session session = stored(R"({"user":"bob"})"_json);
  const std::string before = cookie_of(session);
  BOOST_TEST(outcome(run(session.regenerate())) == "written");
  const Response login = commit(before, "SESSION_SET", R"({"user":"alice"})");
  BOOST_TEST(data_of(given_cookie(login)) == R"({"user":"alice"})");
  BOOST_TEST(data_of(cookie_of(session)) == R"({"user":"bob"})");
}

BOOST_AUTO_TEST_CASE(a_login_is_told_its_cookie_although_the_store_s_last_answer_was_lost) {
  const std::string before = cookie_of(stored(R"({"cart":[1]})"_json));
  store.lose_answer(ScriptedStore::replace_call);
  const Response login = commit(before, "SESSION_SET", R"({"user":"alice"})");
  BOOST_TEST(login.status == 303);
  BOOST_TEST(data_of(given_cookie(login)) == R"({"cart":[1],"user":"alice"})");
  BOOST_TEST(refusal(before) == "revoked");
}

BOOST_AUTO_TEST_CASE(a_destroy_follows_the_session_to_its_newer_ids) {
  for (const bool by_commit : {true, false}) {
    Session session = stored(R"({"user":"alice"})"_json);
    const std::string before = cookie_of(session);
    BOOST_TEST(outcome(run(session.regenerate())) == "written");
    BOOST_TEST(outcome(run(session.regenerate())) == "written");
    const std::string now = cookie_of(session);
    const Response response =
        by_commit ? commit(before, "SESSION_DESTROY", "true") : change("DELETE", before);
    BOOST_TEST(response.status == (by_commit ? 303 : 204));
    BOOST_TEST(response.headers.get("Set-Cookie") == kClearedCookie);
    BOOST_TEST(refusal(now) == "unknown");
  }
}

BOOST_AUTO_TEST_CASE(a_destroy_that_finds_nothing_behind_a_replaced_cookie_takes_no_cookie_away) {
  Session session = stored(R"({"user":"alice"})"_json);
  const std::string before = cookie_of(session);
  BOOST_TEST(outcome(run(session.regenerate())) == "written");
  BOOST_TEST(change("DELETE", cookie_of(session)).status == 204);
  const Response late = change("DELETE", before);
  BOOST_TEST(late.status == 401);
  BOOST_TEST(reason(late) == "revoked");
  BOOST_TEST(!late.headers.has("Set-Cookie"));
}

BOOST_AUTO_TEST_CASE(a_cookie_past_the_absolute_timeout_does_not_lock_the_living_one_out) {
  const std::string old = cookie_of(stored(R"({"user":"alice"})"_json));
  clock.advance(std::chrono::hours(13));
  const std::string living = cookie_of(stored(R"({"user":"alice"})"_json));
  BOOST_TEST(auth(old + "; " + living, "").status == 204);
  BOOST_TEST(auth(living + "; " + old, "").status == 204);
  BOOST_TEST(reason(auth(old, "")) == "expired");
}

BOOST_AUTO_TEST_CASE(login_asks_a_visitor_without_a_user_to_log_in) {
  const std::string visitor = cookie_of(stored(R"({"cart":[1]})"_json));
  const std::string alice = cookie_of(stored(R"({"user":"alice"})"_json));
  BOOST_TEST(auth(visitor, "").status == 204);
  BOOST_TEST(auth(visitor, "login").status == 401);
  BOOST_TEST(reason(auth(visitor, "login,admin")) == "absent");
  BOOST_TEST(auth(alice, "login").status == 204);
  BOOST_TEST(auth(alice, "login,admin").status == 403);
}

BOOST_AUTO_TEST_CASE(a_location_that_does_not_touch_does_not_extend_by_writing_either) {
  const std::string cookie = cookie_of(stored(R"({"user":"alice"})"_json));
  for (int minute = 0; minute < 29; ++minute) {
    clock.advance(std::chrono::minutes(1));
    const Response response =
        answer(gateway::session_endpoint, Asked("POST")
                                              .with("HTTP_COOKIE", cookie)
                                              .with("GATEWAY_ALLOW", "set")
                                              .with("GATEWAY_TOUCH", "off")
                                              .body(R"({"set":{"n":)" + std::to_string(minute) + "}}"));
    BOOST_TEST(response.status == 200);
  }
  clock.advance(std::chrono::minutes(1));
  BOOST_TEST(refusal(cookie) == "unknown");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
