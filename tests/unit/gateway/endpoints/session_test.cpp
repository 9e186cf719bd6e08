#include <chrono>
#include <string>

#include <boost/test/unit_test.hpp>

#include "gateway/endpoints/endpoint.h"
#include "tests/support/endpoint_fixture.h"
#include "tests/support/store_calls.h"

namespace session::test {
namespace {

using namespace std::chrono_literals;
using gateway::Response;

struct SessionAnswers : EndpointFixture {
  Response ask(const Asked& asked) { return answer(gateway::session_endpoint, asked); }
  // A request of alice's, where all is allowed.
  Asked asked(const std::string& method, const std::string& allow = "set,unset,destroy,regenerate") {
    return Asked(method).with("HTTP_COOKIE", cookie).with("GATEWAY_ALLOW", allow);
  }
  Response post(const std::string& body) { return ask(asked("POST").body(body)); }
  static std::string reason(const Response& response) {
    return std::string(response.headers.get("X-Session-Reason"));
  }

  Session alice = stored(R"({"user":"alice","cart":[1]})"_json);
  std::string cookie = cookie_of(alice);
};

const std::string kJson = "Content-Type: application/json\r\nCache-Control: no-store\r\n";

BOOST_FIXTURE_TEST_SUITE(session_endpoint_shows, SessionAnswers)

BOOST_AUTO_TEST_CASE(the_attributes_as_json_that_nobody_caches) {
  for (const auto* method : {"GET", "HEAD"}) {
    const Response response = ask(asked(method));
    BOOST_TEST(response.status == 200);
    BOOST_TEST(response.headers.lines() == kJson);
    BOOST_TEST(response.body == "{\"cart\":[1],\"user\":\"alice\"}\n");
  }
}

BOOST_AUTO_TEST_CASE(only_what_the_location_exposes) {
  const std::pair<std::string, std::string> cases[] = {{"user", R"({"user":"alice"})"},
                                                       {" cart , user ", R"({"cart":[1],"user":"alice"})"},
                                                       {"nosuch", "{}"},
                                                       {"use,User,user2", "{}"},
                                                       {",", "{}"},
                                                       {" ", "{}"},
                                                       {"", "{}"}};
  for (const auto& [expose, expected] : cases)
    BOOST_TEST(ask(asked("GET").with("GATEWAY_EXPOSE", expose)).body == expected + "\n");
}

BOOST_AUTO_TEST_CASE(nothing_more_after_a_change_than_before) {
  const Response response = ask(asked("POST").with("GATEWAY_EXPOSE", "cart").body(R"({"set":{"a":1}})"));
  BOOST_TEST(response.body == "{\"cart\":[1]}\n");
}

BOOST_AUTO_TEST_CASE(a_problem_with_the_reason_if_there_is_no_session) {
  const Response response = ask(Asked("GET"));
  BOOST_TEST(response.status == 401);
  BOOST_TEST(
      response.headers.lines() ==
      "Content-Type: application/problem+json\r\nCache-Control: no-store\r\nX-Session-Reason: absent\r\n");
  BOOST_TEST(response.body ==
             "{\"detail\":\"There is no session "
             "cookie.\",\"reason\":\"absent\",\"status\":401,\"type\":\"about:blank\"}\n");
  BOOST_TEST(reason(ask(Asked("GET").with("HTTP_COOKIE", cookie + "x"))) == "malformed");
}

BOOST_AUTO_TEST_CASE(a_503_and_no_cookie_if_the_store_can_not_answer) {
  store.fail_all();
  for (const auto& request : {asked("GET"), asked("POST").body(R"({"set":{"a":1}})"), asked("DELETE")}) {
    const Response response = ask(request);
    BOOST_TEST(response.status == 503);
    BOOST_TEST(reason(response) == "store-unavailable");
    BOOST_TEST(count_of(response, "Set-Cookie") == 0);
    BOOST_TEST(response.body.find("broke") == std::string::npos);
  }
  BOOST_TEST(log.text() == "error a session request failed in the store: the test broke the store\n");
}

BOOST_AUTO_TEST_CASE(no_action_on_get_and_head) {
  for (const auto* method : {"GET", "HEAD"}) {
    for (const auto* name : {"SET", "UNSET", "DESTROY", "REGENERATE"}) {
      const Response response = ask(asked(method).with(std::string("HTTP_X_SESSION_") + name, "true"));
      BOOST_TEST(response.status == 405);
      BOOST_TEST(response.headers.get("Allow") == "GET, HEAD, POST, DELETE");
    }
    BOOST_TEST(ask(asked(method).body(R"({"destroy":true})")).status == 405);
    BOOST_TEST(ask(asked(method).body(" \n").with("HTTP_X_SESSION_SET", " ")).status == 200);
  }
  BOOST_TEST(refusal(cookie) == "a session");
}

BOOST_AUTO_TEST_CASE(no_other_method) {
  for (const auto* method : {"PUT", "PATCH", "OPTIONS", "get", "post", "", "TRACE"}) {
    const Response response = ask(asked(method).body(R"({"set":{"a":1}})"));
    BOOST_TEST(response.status == 405);
    BOOST_TEST(reason(response) == "method-not-allowed");
  }
}

BOOST_AUTO_TEST_CASE(without_touching_where_the_location_says_so) {
  clock.advance(10min);
  (void)ask(asked("GET").with("GATEWAY_TOUCH", "off"));
  BOOST_TEST(store.count(ScriptedStore::touch_call) == 0);
  (void)ask(asked("GET"));
  BOOST_TEST(store.count(ScriptedStore::touch_call) == 1);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(session_endpoint_changes, SessionAnswers)

BOOST_AUTO_TEST_CASE(set_and_unset_answer_the_attributes_that_result) {
  const Response response = post(R"({"set":{"theme":"dark"},"unset":["cart"]})");
  BOOST_TEST(response.status == 200);
  BOOST_TEST(response.headers.lines() == kJson);
  BOOST_TEST(response.body == "{\"theme\":\"dark\",\"user\":\"alice\"}\n");
  BOOST_TEST(data_of(cookie) == R"({"theme":"dark","user":"alice"})");
}

BOOST_AUTO_TEST_CASE(headers_and_body_count_together) {
  const Response response = ask(asked("POST")
                                    .with("HTTP_X_SESSION_SET", R"({"a":1,"b":1})")
                                    .with("HTTP_X_SESSION_SET", "c=x")
                                    .with("HTTP_X_SESSION_UNSET", "cart")
                                    .body(R"({"set":{"b":2}})"));
  BOOST_TEST(response.body == "{\"a\":1,\"b\":2,\"c\":\"x\",\"user\":\"alice\"}\n");
}

BOOST_AUTO_TEST_CASE(a_first_set_begins_a_session_with_a_cookie) {
  const Response response = ask(Asked("POST").with("GATEWAY_ALLOW", "set").body(R"({"set":{"a":1}})"));
  BOOST_TEST(response.status == 200);
  BOOST_TEST(count_of(response, "Set-Cookie") == 1);
  BOOST_TEST(data_of(given_cookie(response)) == R"({"a":1})");
}

BOOST_AUTO_TEST_CASE(what_sets_nothing_begins_no_session) {
  for (const auto* body : {"", "{}", R"({"unset":["a"]})", R"({"regenerate":true})", R"({"set":{}})"}) {
    const Response response = ask(Asked("POST").with("GATEWAY_ALLOW", "set,unset,regenerate").body(body));
    BOOST_TEST(response.status == 401);
    BOOST_TEST(count_of(response, "Set-Cookie") == 0);
  }
  BOOST_TEST(memory.stats().entries == 1U);
}

BOOST_AUTO_TEST_CASE(a_forged_or_ended_cookie_is_replaced_by_a_session_of_its_own) {
  const std::string ended = cookie_of(manager.create());
  for (const std::string& header : {cookie + "x", ended}) {
    const Response response = ask(
        Asked("POST").with("HTTP_COOKIE", header).with("GATEWAY_ALLOW", "set").body(R"({"set":{"a":1}})"));
    BOOST_TEST(response.status == 200);
    BOOST_TEST(given_cookie(response) != header);
    BOOST_TEST(data_of(given_cookie(response)) == R"({"a":1})");
  }
}

BOOST_AUTO_TEST_CASE(a_revoked_cookie_begins_nothing_as_a_newer_one_is_under_way) {
  run(alice.regenerate());
  const Response response = post(R"({"set":{"a":1}})");
  BOOST_TEST(response.status == 401);
  BOOST_TEST(reason(response) == "revoked");
  BOOST_TEST(count_of(response, "Set-Cookie") == 0);
}

BOOST_AUTO_TEST_CASE(regenerate_gives_a_new_cookie_and_the_old_one_is_revoked) {
  const Response response = post(R"({"regenerate":true,"set":{"a":1}})");
  BOOST_TEST(response.status == 200);
  BOOST_TEST(count_of(response, "Set-Cookie") == 1);
  BOOST_TEST(refusal(cookie) == "revoked");
  BOOST_TEST(data_of(given_cookie(response)) == R"({"a":1,"cart":[1],"user":"alice"})");
}

BOOST_AUTO_TEST_CASE(a_change_of_the_subject_gives_a_new_cookie_by_itself) {
  const Response response = post(R"({"set":{"user":"bob"}})");
  BOOST_TEST(count_of(response, "Set-Cookie") == 1);
  BOOST_TEST(refusal(cookie) == "revoked");
}

BOOST_AUTO_TEST_CASE(delete_is_a_204_that_takes_the_cookie_away) {
  const Response response = ask(asked("DELETE"));
  BOOST_TEST(response.status == 204);
  BOOST_TEST(response.body == "");
  BOOST_TEST(count_of(response, "Set-Cookie") == 1);
  BOOST_TEST(response.headers.get("Set-Cookie") == kClearedCookie);
  BOOST_TEST(response.headers.get("Cache-Control") == "no-store");
  BOOST_TEST(refusal(cookie) == "unknown");
}

BOOST_AUTO_TEST_CASE(destroy_in_a_body_answers_that_nothing_is_left) {
  const Response response = post(R"({"destroy":true})");
  BOOST_TEST(response.status == 200);
  BOOST_TEST(response.body == "{}\n");
  BOOST_TEST(response.headers.get("Set-Cookie") == kClearedCookie);
}

BOOST_AUTO_TEST_CASE(a_second_delete_is_a_401_that_takes_the_useless_cookie_away) {
  (void)ask(asked("DELETE"));
  const Response response = ask(asked("DELETE"));
  BOOST_TEST(response.status == 401);
  BOOST_TEST(reason(response) == "unknown");
  BOOST_TEST(response.headers.get("Set-Cookie") == kClearedCookie);
  BOOST_TEST(count_of(ask(Asked("DELETE").with("GATEWAY_ALLOW", "destroy")), "Set-Cookie") == 0);
}

BOOST_AUTO_TEST_CASE(a_session_that_becomes_too_large_is_a_413_and_stays_as_it_was) {
  const Response response = post(R"({"set":{"p":")" + std::string(70'000, 'p') + "\"}}");
  BOOST_TEST(response.status == 413);
  BOOST_TEST(reason(response) == "too-large");
  BOOST_TEST(data_of(cookie) == R"({"cart":[1],"user":"alice"})");
}

BOOST_AUTO_TEST_CASE(a_session_that_ends_meanwhile_is_begun_anew_with_what_is_set_and_nothing_else) {
  store.before(ScriptedStore::replace_call, [&] { run(opened(other, cookie).destroy()); });
  const Response response = post(R"({"set":{"a":1}})");
  BOOST_TEST(response.status == 200);
  BOOST_TEST(data_of(given_cookie(response)) == R"({"a":1})");
  BOOST_TEST(refusal(cookie) == "unknown");
}

BOOST_AUTO_TEST_CASE(a_lifetime_is_for_those_who_may_choose_one) {
  SessionManagerOptions options;
  options.policy.lifetimes["remember"] = {24h * 30, 24h * 365, std::nullopt};
  SessionManager lasting = make_manager(format_options(), std::move(options));
  gateway::Services with{lasting, rules, telemetry};
  const auto post_to = [&](const Asked& asking) {
    const gateway::Request request = asking.request();
    return respond(gateway::session_endpoint(request, with));
  };
  const auto left = [&] { return load(memory, key_of(alice))->time_left.value(); };
  const Response refused = post_to(asked("POST").with("HTTP_X_SESSION_LIFETIME", "remember"));
  BOOST_TEST(refused.status == 403);
  BOOST_TEST(reason(refused) == "not-allowed");
  BOOST_TEST((left() == 30min));
  BOOST_TEST(post_to(asked("POST", "lifetime:remember").with("HTTP_X_SESSION_LIFETIME", "remember")).status ==
             200);
  BOOST_TEST((left() == 24h * 30));
  BOOST_TEST(post_to(asked("POST", "lifetime").body(R"({"lifetime":"default"})")).status == 200);
  BOOST_TEST((left() == 30min));
  BOOST_TEST(post_to(asked("GET").with("HTTP_X_SESSION_LIFETIME", "remember")).status == 405);
  BOOST_TEST(
      post_to(Asked("POST").with("GATEWAY_ALLOW", "lifetime").body(R"({"lifetime":"remember"})")).status ==
      401);
}

// A page's script can repeat the user's name, but not make the login younger.
BOOST_AUTO_TEST_CASE(a_browser_that_sets_its_own_user_again_has_not_logged_in) {
  clock.advance(5min);
  const Response response = post(R"({"set":{"user":"alice"}})");
  BOOST_TEST(response.status == 200);
  BOOST_TEST(!response.headers.has("Set-Cookie"));
  BOOST_TEST((opened(other, cookie).summary()->authenticated == clock.unix_now() - 5min));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
