#include <chrono>
#include <string>

#include <boost/test/unit_test.hpp>

#include "gateway/endpoints/endpoint.h"
#include "tests/support/endpoint_fixture.h"
#include "tests/support/store_calls.h"

namespace session::test {
namespace {

using gateway::Response;

struct Commits : EndpointFixture {
  Response ask(const Asked& asked) { return answer(gateway::commit_endpoint, asked); }
  // As the snippet sends it: every param is there, and empty where the application said nothing.
  static Asked asked(const std::string& header, const std::string& set = "",
                     const std::string& location = "") {
    return Asked("POST")
        .with("HTTP_COOKIE", header)
        .with("SESSION_SET", set)
        .with("SESSION_LOCATION", location);
  }
  Response login(const std::string& header) { return ask(asked(header, R"({"user":"alice"})", "/home")); }
  static std::string reason(const Response& response) {
    return std::string(response.headers.get("X-Session-Reason"));
  }
};

BOOST_FIXTURE_TEST_SUITE(commit_endpoint, Commits)

BOOST_AUTO_TEST_CASE(a_login_is_a_303_to_the_location_with_the_cookie) {
  const Response response = login("");
  BOOST_TEST(response.status == 303);
  BOOST_TEST(response.body == "");
  BOOST_TEST(response.headers.lines() ==
             "Location: /home\r\nCache-Control: no-store\r\nSet-Cookie: " + given_cookie(response) +
                 "; Path=/; Secure; HttpOnly; SameSite=Lax\r\n");
  BOOST_TEST(data_of(given_cookie(response)) == R"({"user":"alice"})");
}

BOOST_AUTO_TEST_CASE(without_a_location_it_is_a_204) {
  const Response response = ask(asked("", "user=alice"));
  BOOST_TEST(response.status == 204);
  BOOST_TEST(!response.headers.has("Location"));
  BOOST_TEST(count_of(response, "Set-Cookie") == 1);
}

BOOST_AUTO_TEST_CASE(a_login_never_takes_over_the_id_that_the_browser_came_with) {
  Session anonymous = stored(R"({"cart":[1]})"_json);
  const std::string cookie = cookie_of(anonymous);
  const Response response = login(cookie);
  BOOST_TEST(given_cookie(response) != cookie);
  BOOST_TEST(refusal(cookie) == "revoked");
  BOOST_TEST(data_of(given_cookie(response)) == R"({"cart":[1],"user":"alice"})");
}

BOOST_AUTO_TEST_CASE(a_login_over_a_useless_cookie_gives_a_new_id) {
  Session moved = stored(R"({"user":"bob"})"_json);
  const std::string revoked = cookie_of(moved);
  run(moved.regenerate());
  const std::string unknown = cookie_of(manager.create());
  std::string forged = unknown;
  forged.back() = forged.back() == 'A' ? 'B' : 'A';
  const std::string two = cookie_of(moved) + "; " + cookie_of(stored(R"({"user":"eve"})"_json));
  for (const std::string& header : {revoked, unknown, forged, two, std::string("__Host-session=x")}) {
    const Response response = login(header);
    BOOST_TEST(response.status == 303);
    BOOST_TEST(count_of(response, "Set-Cookie") == 1);
    BOOST_TEST(header.find(given_cookie(response)) == std::string::npos);
    BOOST_TEST(data_of(given_cookie(response)) == R"({"user":"alice"})");
  }
}

BOOST_AUTO_TEST_CASE(a_logout_ends_the_session_and_takes_the_cookie_away) {
  const std::string cookie = cookie_of(stored(R"({"user":"alice"})"_json));
  const Response response = ask(asked(cookie, "", "/bye").with("SESSION_DESTROY", "true"));
  BOOST_TEST(response.status == 303);
  BOOST_TEST(response.headers.get("Location") == "/bye");
  BOOST_TEST(response.headers.get("Set-Cookie") == kClearedCookie);
  BOOST_TEST(refusal(cookie) == "unknown");
}

BOOST_AUTO_TEST_CASE(a_second_logout_leads_to_the_same_page) {
  const std::string cookie = cookie_of(stored(R"({"user":"alice"})"_json));
  const Asked logout = asked(cookie, "", "/bye").with("SESSION_DESTROY", "true");
  const Response first = ask(logout);
  const Response second = ask(logout);
  BOOST_TEST(second.status == 303);
  BOOST_TEST(second.headers.lines() == first.headers.lines());
}

BOOST_AUTO_TEST_CASE(a_logout_of_nobody_gives_and_takes_nothing) {
  const Response response = ask(asked("", "", "/bye").with("SESSION_DESTROY", "true"));
  BOOST_TEST(response.headers.lines() == "Location: /bye\r\nCache-Control: no-store\r\n");
}

BOOST_AUTO_TEST_CASE(all_actions_may_come_at_once) {
  const std::string cookie = cookie_of(stored(R"({"user":"alice","a":1,"b":2})"_json));
  Asked several = asked(cookie, "c=3");
  several.with("SESSION_UNSET", "a, b").with("SESSION_REGENERATE", "true").with("SESSION_FLUSH", "true");
  const Response response = ask(several);
  BOOST_TEST(response.status == 204);
  BOOST_TEST(refusal(cookie) == "revoked");
  BOOST_TEST(data_of(given_cookie(response)) == R"({"c":"3","user":"alice"})");
}

BOOST_AUTO_TEST_CASE(a_change_without_login_gives_no_cookie) {
  const std::string cookie = cookie_of(stored(R"({"user":"alice"})"_json));
  const Response response = ask(asked(cookie, "a=1", "/next"));
  BOOST_TEST(response.headers.lines() == "Location: /next\r\nCache-Control: no-store\r\n");
}

BOOST_AUTO_TEST_CASE(what_the_client_sends_is_no_action) {
  const std::string cookie = cookie_of(stored(R"({"user":"alice"})"_json));
  Asked forged = asked(cookie);
  forged.with("HTTP_SESSION_SET", "user=root")
      .with("HTTP_X_SESSION_SET", "user=root")
      .body(R"({"set":{"user":"root"}})");
  forged.with("HTTP_SESSION_DESTROY", "true").with("HTTP_SESSION_LOCATION", "https://evil.example");
  const Response response = ask(forged);
  BOOST_TEST(response.status == 204);
  BOOST_TEST(response.headers.lines() == "Cache-Control: no-store\r\n");
  BOOST_TEST(data_of(cookie) == R"({"user":"alice"})");
}

BOOST_AUTO_TEST_CASE(a_location_of_this_site_is_sent_percent_encoded) {
  for (const auto& [location, sent] :
       {std::pair("/", "/"), std::pair("/a?b=c#d", "/a?b=c#d"), std::pair("?q", "?q"),
        std::pair("next", "next"), std::pair(" /trimmed ", "/trimmed"),
        std::pair("/m\xc3\xbc b", "/m%C3%BC%20b")}) {
    const Response response = ask(asked("", "a=1", location));
    BOOST_TEST(response.status == 303);
    BOOST_TEST(response.headers.get("Location") == sent);
  }
  BOOST_TEST(ask(asked("", "a=1", "  ")).status == 204);
}

BOOST_AUTO_TEST_CASE(a_configured_host_is_where_a_login_may_lead) {
  BOOST_TEST_REQUIRE(services.redirect_hosts.add("other.example"));
  const Response response = ask(asked("", "user=alice", "https://other.example/x"));
  BOOST_TEST(response.status == 303);
  BOOST_TEST(response.headers.get("Location") == "https://other.example/x");
  BOOST_TEST(ask(asked("", "user=alice", "https://evil.example/x")).status == 400);
}

BOOST_AUTO_TEST_CASE(a_location_elsewhere_is_refused_before_anything_is_done) {
  const std::string cookie = cookie_of(stored(R"({"user":"bob"})"_json));
  const int before = store.count();
  for (const std::string location : {"//evil.example", "/\\evil.example", "https://evil.example/",
                                     "javascript:alert(1)", "/a\r\nSet-Cookie: x=1", "/\x7f", "/a\tb"}) {
    for (const Asked& each : {asked(cookie, "a=1", location), asked("", "user=alice", location),
                              asked(cookie, "", location).with("SESSION_DESTROY", "true")}) {
      const Response response = ask(each);
      BOOST_TEST(response.status == 400);
      BOOST_TEST(reason(response) == "bad-location");
      BOOST_TEST(!response.headers.has("Location"));
      BOOST_TEST(!response.headers.has("Set-Cookie"));
    }
  }
  BOOST_TEST(ask(asked("", "a=1", "/" + std::string(4096, 'x'))).status == 400);
  BOOST_TEST(store.count() == before);
  BOOST_TEST(log.text() ==
             "warning an application's session headers were refused: X-Session-Location begins with //: "
             "browsers take what follows for a host\n");
}

// As tests/e2e/commit_test.cpp shows for the real nginx: a location without the includes sends an empty
// value.
BOOST_AUTO_TEST_CASE(a_location_that_does_not_say_on_commits_nothing) {
  const std::string cookie = cookie_of(stored(R"({"user":"bob"})"_json));
  const int before = store.count();
  for (const auto& [first, second] : {std::pair("", ""), std::pair("off", "off"), std::pair("on", ""),
                                      std::pair("", "on"), std::pair("on", "off"), std::pair("On", "on")}) {
    for (const Asked& each :
         {asked("", "user=root"), asked(cookie, "a=1"), asked(cookie).with("SESSION_DESTROY", "true")}) {
      const Response response = ask(Asked(each).with("GATEWAY_COMMIT", first).with("GATEWAY_COMMIT", second));
      BOOST_TEST(response.status == 403);
      BOOST_TEST(reason(response) == "commit-not-allowed");
      BOOST_TEST(!response.headers.has("Set-Cookie"));
      BOOST_TEST_REQUIRE(response.events.size() == 1U);
      BOOST_TEST(response.events[0].cause == "commit-not-allowed");
    }
  }
  BOOST_TEST(store.count() == before);
  BOOST_TEST(ask(asked("", "user=alice").with("GATEWAY_COMMIT", "on")).status == 204);
  BOOST_TEST(log.text() ==
             "warning an application's session headers were refused: the location that the request came "
             "from may not commit (GATEWAY_COMMIT)\n");
}

BOOST_AUTO_TEST_CASE(an_application_that_failed_logs_nobody_in_and_its_status_stays) {
  const std::string cookie = cookie_of(stored(R"({"user":"bob"})"_json));
  const int before = store.count();
  for (const int status : {400, 401, 403, 404, 422, 500, 503}) {
    for (const Asked& each : {asked("", "user=alice", "/home"), asked(cookie, "a=1"),
                              asked(cookie).with("SESSION_DESTROY", "false"),
                              asked(cookie, "user=alice").with("SESSION_DESTROY", "true"),
                              asked(cookie, "{").with("SESSION_DESTROY", "true")}) {
      const Response response = ask(Asked(each).with("SESSION_STATUS", std::to_string(status)));
      BOOST_TEST(response.status == status);
      BOOST_TEST(reason(response) == "application-error");
      BOOST_TEST(!response.headers.has("Location"));
      BOOST_TEST(!response.headers.has("Set-Cookie"));
    }
  }
  BOOST_TEST(ask(asked("", "user=alice").with("SESSION_STATUS", "")).status == 502);
  BOOST_TEST(
      ask(asked("", "user=alice").with("SESSION_STATUS", "200").with("SESSION_STATUS", "404")).status == 404);
  BOOST_TEST(store.count() == before);
  BOOST_TEST(log.text() ==
             "warning an application's session headers were refused: its own answer was an error: 400\n");
}

// Ending a session lets nobody in, and whoever asked for it may believe to be logged out.
BOOST_AUTO_TEST_CASE(a_logout_by_an_application_that_failed_is_one_and_its_status_stays) {
  for (const int status : {404, 500}) {
    const std::string cookie = cookie_of(stored(R"({"user":"bob"})"_json));
    const Asked logout = asked(cookie, "", "//evil.example").with("SESSION_DESTROY", "true");
    const Response response = ask(Asked(logout).with("SESSION_STATUS", std::to_string(status)));
    BOOST_TEST(response.status == status);
    BOOST_TEST(reason(response) == "application-error");
    BOOST_TEST(response.headers.get("Set-Cookie") == kClearedCookie);
    BOOST_TEST(!response.headers.has("Location"));
    BOOST_TEST_REQUIRE(response.events.size() == 1U);
    BOOST_TEST((response.events.front().kind == SessionEvent::Kind::destroyed));
    BOOST_TEST(refusal(cookie) == "unknown");
  }
  const std::string cookie = cookie_of(stored(R"({"user":"bob"})"_json));
  store.fail(ScriptedStore::erase_if_call);
  const Response failed = ask(asked(cookie).with("SESSION_DESTROY", "true").with("SESSION_STATUS", "500"));
  BOOST_TEST(failed.status == 500);
  BOOST_TEST(!failed.headers.has("Set-Cookie"));
  BOOST_TEST(refusal(cookie) == "a session");
  BOOST_TEST(log.text().find("error a commit could not be written: the test broke the store\n") !=
             std::string::npos);
  const Response not_allowed = ask(
      asked(cookie).with("SESSION_DESTROY", "true").with("SESSION_STATUS", "500").with("GATEWAY_COMMIT", ""));
  BOOST_TEST(not_allowed.status == 403);
  BOOST_TEST(refusal(cookie) == "a session");
}

BOOST_AUTO_TEST_CASE(an_application_that_succeeded_or_redirects_commits) {
  for (const auto* status : {"200", "204", "302", "303", "502, 200", "404 : 200"})
    BOOST_TEST(ask(asked("", "user=alice", "/home").with("SESSION_STATUS", status)).status == 303, status);
}

BOOST_AUTO_TEST_CASE(of_two_locations_the_first_counts) {
  const Response response = ask(asked("", "a=1", "/first").with("SESSION_LOCATION", "/second"));
  BOOST_TEST(response.headers.get("Location") == "/first");
}

BOOST_AUTO_TEST_CASE(actions_that_can_not_be_read_or_contradict_each_other_are_refused) {
  for (const std::string set : {"nonsense", "{", "[1]", "{\"a\":1,\"a\":2}", "a=\xff"}) {
    BOOST_TEST(ask(asked("", set, "/home")).status == 400);
  }
  BOOST_TEST(ask(asked("", "a=1").with("SESSION_DESTROY", "true")).status == 400);
  BOOST_TEST(ask(asked("", "a=1").with("SESSION_UNSET", "a")).status == 400);
  BOOST_TEST(ask(asked("", "a=1").with("SESSION_REGENERATE", "yes")).status == 400);
  BOOST_TEST(store.count() == 0);
}

BOOST_AUTO_TEST_CASE(an_outage_is_a_503_without_cookie_and_location) {
  const std::string cookie = cookie_of(stored(R"({"user":"bob"})"_json));
  store.fail_all();
  for (const std::string& header : {std::string(), cookie}) {
    const Response response = login(header);
    BOOST_TEST(response.status == 503);
    BOOST_TEST(count_of(response, "Set-Cookie") == 0);
    BOOST_TEST(!response.headers.has("Location"));
  }
  BOOST_TEST(ask(asked(cookie).with("SESSION_DESTROY", "true")).status == 503);
  BOOST_TEST(log.text() == "error a commit could not be written: the test broke the store\n");
  store.fail_all(false);
  BOOST_TEST(refusal(cookie) == "a session");
}

BOOST_AUTO_TEST_CASE(a_login_that_fails_half_way_gives_no_cookie_and_keeps_the_old_session) {
  for (const auto call : {ScriptedStore::create_call, ScriptedStore::replace_call}) {
    const std::string cookie = cookie_of(stored(R"({"cart":[1]})"_json));
    store.before_each(call, [&] { store.fail(call, 0); });  // and goes on failing
    const Response response = login(cookie);
    store.before_each(call, {});
    BOOST_TEST(response.status == 503);
    BOOST_TEST(count_of(response, "Set-Cookie") == 0);
    BOOST_TEST(data_of(cookie) == R"({"cart":[1]})");
  }
}

BOOST_AUTO_TEST_CASE(a_login_is_in_the_store_before_its_answer_whatever_flush_says) {
  services.flush = gateway::FlushMode::behind;
  const Response response = login("");
  BOOST_TEST(background.empty());
  BOOST_TEST(refusal(given_cookie(response)) == "a session");
}

BOOST_AUTO_TEST_CASE(a_login_is_recorded_with_its_client) {
  const auto login_from = [&](const std::string& header) {
    Asked asking = asked(header, "user=alice");
    asking.with("REMOTE_ADDR", "192.0.2.7").with("HTTP_USER_AGENT", "Phone/1");
    const std::string cookie = given_cookie(ask(asking));
    return text_of(memory, key_of(opened(other, cookie)));
  };
  BOOST_TEST(login_from("").find(R"("client":"192.0.2.7","agent":"Phone/1")") != std::string::npos);
  services.record_client = {false, true};
  BOOST_TEST(login_from("").find(R"(,"agent":"Phone/1","data")") != std::string::npos);
  services.record_client = {true, false};
  BOOST_TEST(login_from("").find(R"("client":"192.0.2.7","data")") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_same_user_logs_in_again) {
  const Session alice = stored(R"({"user":"alice","cart":[1]})"_json);
  clock.advance(std::chrono::minutes(20));
  const Response response = login(cookie_of(alice));
  const std::string cookie = given_cookie(response);
  BOOST_TEST(!cookie.empty());
  BOOST_TEST(refusal(cookie_of(alice)) == "revoked");
  BOOST_TEST(data_of(cookie) == R"({"cart":[1],"user":"alice"})");
  const Session again = opened(other, cookie);
  BOOST_TEST((again.summary()->authenticated == clock.unix_now()));
}

BOOST_AUTO_TEST_CASE(an_unknown_lifetime_is_a_400_and_nobody_is_logged_in) {
  const Response response = ask(asked("", "user=alice").with("SESSION_LIFETIME", "forever"));
  BOOST_TEST(response.status == 400);
  BOOST_TEST(reason(response) == "bad-actions");
  BOOST_TEST(!response.headers.has("Set-Cookie"));
}

BOOST_AUTO_TEST_CASE(a_login_asks_for_a_lifetime) {
  SessionManagerOptions options;
  options.policy.lifetimes["remember"] = {seconds(86400 * 30), seconds(86400 * 365), seconds(86400 * 365)};
  SessionManager lasting = make_manager(format_options(), std::move(options));
  gateway::Services with{lasting, rules, telemetry};
  const Asked asking = asked("", "user=alice").with("SESSION_LIFETIME", "remember");
  const gateway::Request request = asking.request();
  const Response response = respond(gateway::commit_endpoint(request, with));
  BOOST_TEST(response.headers.get("Set-Cookie").find("; Max-Age=31536000") != std::string_view::npos);
  BOOST_TEST((load(memory, key_of(opened(lasting, given_cookie(response))))->time_left ==
              std::chrono::hours(24 * 30)));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
