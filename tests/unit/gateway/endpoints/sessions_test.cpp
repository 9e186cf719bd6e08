// A user's own sessions: shown, and ended.

#include <memory>
#include <set>
#include <string>

#include <boost/test/unit_test.hpp>

#include "gateway/endpoints/endpoint.h"
#include "tests/support/endpoint_fixture.h"
#include "tests/support/graveless_format.h"

namespace session::test {
namespace {

using gateway::Response;

struct SessionsAnswers : EndpointFixture {
  Session login(const std::string& user) {
    Session session = stored(Json{{"user", user}});
    clock.advance(std::chrono::seconds(1));
    return session;
  }
  Response ask(const Asked& asked) { return answer(gateway::sessions_endpoint, asked); }
  Response get(const std::string& cookie) { return ask(Asked("GET").with("HTTP_COOKIE", cookie)); }
  Response end(const std::string& query, const std::string& cookie) {
    return ask(Asked("DELETE").with("HTTP_COOKIE", cookie).with("QUERY_STRING", query));
  }
  Response end(const std::string& query) { return end(query, cookie_of(mine)); }
  std::set<std::string> names(const std::string& cookie) {
    const Json body = Json::parse(get(cookie).body);
    std::set<std::string> names;
    for (const Json& session : body.at("sessions")) names.insert(session.at("name").get<std::string>());
    return names;
  }
  static std::string reason(const Response& response) {
    return std::string(response.headers.get("X-Session-Reason"));
  }

  Session bobs = login("bob");
  Session former = login("ada");
  Session mine = login("ada");
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(sessions_endpoint, SessionsAnswers)

BOOST_AUTO_TEST_CASE(a_user_sees_the_own_sessions_and_which_one_is_current) {
  const Response response = get(cookie_of(mine));
  BOOST_TEST(response.status == 200);
  BOOST_TEST(response.headers.get("Cache-Control") == "no-store");
  const Json sessions = Json::parse(response.body).at("sessions");
  BOOST_TEST_REQUIRE(sessions.size() == 2u);
  BOOST_TEST(sessions[0].at("name") == mine.log_id());
  BOOST_TEST(sessions[0].at("current") == true);
  BOOST_TEST(sessions[1].at("name") == former.log_id());
  BOOST_TEST(sessions[1].at("current") == false);
  BOOST_TEST(sessions[0].at("created") == clock.unix_now().count() - 1);
  BOOST_TEST(sessions[0].at("expires") == clock.unix_now().count() + 30 * 60 - 1);
  BOOST_TEST(sessions[0].at("authenticated") == clock.unix_now().count() - 1);
  for (const char* unknown : {"client", "agent", "lifetime"}) BOOST_TEST(sessions[0].at(unknown).is_null());
  BOOST_TEST(response.body.find(mine.id()) == std::string::npos);
  BOOST_TEST(response.body.find(key_of(mine)) == std::string::npos);
}

BOOST_AUTO_TEST_CASE(without_a_session_of_somebody_nothing_is_shown_or_ended) {
  const Session visitor = stored(Json{{"cart", 1}});
  for (const auto* method : {"GET", "HEAD", "DELETE"}) {
    for (const std::string& cookie : {std::string("none=1"), cookie_of(visitor)}) {
      const Response response =
          ask(Asked(method).with("HTTP_COOKIE", cookie).with("QUERY_STRING", "all=true"));
      BOOST_TEST(response.status == 401);
      BOOST_TEST(reason(response) == "absent");
    }
  }
  BOOST_TEST(refusal(cookie_of(visitor)) == "a session");
}

BOOST_AUTO_TEST_CASE(one_session_ends_by_name) {
  const Response response = end("name=" + former.log_id());
  BOOST_TEST(response.status == 204);
  BOOST_TEST(refusal(cookie_of(former)) == "unknown");
  BOOST_TEST(refusal(cookie_of(mine)) == "a session");
  BOOST_TEST_REQUIRE(response.events.size() == 1u);
  BOOST_TEST(response.events[0].session == former.log_id());
  BOOST_TEST(end("name=" + former.log_id()).status == 404);
}

BOOST_AUTO_TEST_CASE(the_session_of_another_user_is_none) {
  const Response response = end("name=" + bobs.log_id());
  BOOST_TEST(response.status == 404);
  BOOST_TEST(reason(response) == "no-such-session");
  BOOST_TEST(refusal(cookie_of(bobs)) == "a session");
}

BOOST_AUTO_TEST_CASE(all_others_end_and_this_one_stays) {
  const Response response = end("others=true");
  BOOST_TEST(response.status == 204);
  BOOST_TEST(!response.headers.has("Set-Cookie"));
  BOOST_TEST(names(cookie_of(mine)) == std::set{mine.log_id()}, boost::test_tools::per_element());
  BOOST_TEST(refusal(cookie_of(bobs)) == "a session");
  BOOST_TEST(end("others=true").status == 204);
}

BOOST_AUTO_TEST_CASE(all_end_and_the_browser_loses_its_cookie) {
  for (const std::string& query : {std::string("all=true"), std::string("name=own")}) {
    Session again = login("ada");
    const bool own = query == "name=own";
    const Response response = end(own ? "name=" + again.log_id() : query, cookie_of(again));
    BOOST_TEST(response.status == 204);
    BOOST_TEST(response.headers.get("Set-Cookie") == kClearedCookie);
    BOOST_TEST(refusal(cookie_of(again)) == "unknown");
    if (!own) BOOST_TEST(refusal(cookie_of(mine)) == "unknown");
  }
}

// Without a tombstone, only the list of the user's sessions leads to the new id.
BOOST_AUTO_TEST_CASE(all_end_also_if_the_own_one_gets_another_id_meanwhile_that_nothing_names) {
  const auto make = [&] {
    SessionManagerOptions options;
    options.owner_id_keys = {Secret("owners of the tests")};
    return std::make_unique<SessionManager>(store, graveless_format(random),
                                            std::make_shared<Identity>(IdentitySettings()), options, clock);
  };
  const auto here = make();
  const auto there = make();
  gateway::Services of_graveless{*here, rules, telemetry};
  Session moving = opened(*there, cookie_of(login("eve")));
  const std::string cookie = cookie_of(moving);
  store.before(ScriptedStore::erase_if_call, [&] { BOOST_TEST(run(moving.regenerate()).has_value()); });
  Asked asked("DELETE");
  asked.with("HTTP_COOKIE", cookie).with("QUERY_STRING", "all=true");
  const gateway::Request request = asked.request();
  const Response response = respond(gateway::sessions_endpoint(request, of_graveless));
  BOOST_TEST(response.status == 204);
  BOOST_TEST(response.headers.get("Set-Cookie") == kClearedCookie);
  BOOST_TEST(cookie_of(moving) != cookie);
  BOOST_TEST(refusal(cookie_of(moving)) == "unknown");
}

BOOST_AUTO_TEST_CASE(a_delete_that_does_not_say_what_ends_nothing) {
  for (const std::string query : {"", "name=", "others=false", "all=1", "all", "name=a&all=true", "al=true",
                                  "all=true&all=true", "others=true&all=true", "%"}) {
    const Response response = end(query);
    BOOST_TEST(response.status == 400);
    BOOST_TEST(reason(response) == "bad-query");
  }
  BOOST_TEST(names(cookie_of(mine)).size() == 2u);
}

BOOST_AUTO_TEST_CASE(requests_of_other_sites_and_other_methods_are_refused) {
  const Response foreign = ask(Asked("DELETE")
                                   .with("HTTP_COOKIE", cookie_of(mine))
                                   .with("QUERY_STRING", "all=true")
                                   .with("HTTP_SEC_FETCH_SITE", "cross-site"));
  BOOST_TEST(foreign.status == 403);
  BOOST_TEST(reason(foreign) == "cross-origin");
  const Response post = ask(Asked("POST").with("HTTP_COOKIE", cookie_of(mine)));
  BOOST_TEST(post.status == 405);
  BOOST_TEST(post.headers.get("Allow") == "GET, HEAD, DELETE");
  BOOST_TEST(names(cookie_of(mine)).size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_store_that_fails_is_no_logout) {
  store.fail_all();
  BOOST_TEST(get(cookie_of(mine)).status == 503);
  BOOST_TEST(end("all=true").status == 503);
  BOOST_TEST(!end("all=true").headers.has("Set-Cookie"));
  store.fail_all(false);
  store.fail(ScriptedStore::erase_if_call, 1);
  const Response half = end("all=true");
  BOOST_TEST(half.status == 503);
  BOOST_TEST(!half.headers.has("Set-Cookie"));
  BOOST_TEST(refusal(cookie_of(mine)) == "a session");
}

// Its key is the former one, so the browser gets another, whatever the answer is.
BOOST_AUTO_TEST_CASE(a_cookie_that_is_renewed_is_with_every_answer) {
  SessionManager rotated = make_manager(rotated_options());
  gateway::Services later{rotated, rules, telemetry};
  for (const std::string query : {"name=nobody", "others=true", "name="}) {
    Asked asked("DELETE");
    asked.with("HTTP_COOKIE", cookie_of(mine)).with("QUERY_STRING", query);
    const gateway::Request request = asked.request();
    const Response response = respond(gateway::sessions_endpoint(request, later));
    BOOST_TEST(response.headers.has("Set-Cookie") == (query != "name="), query);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
