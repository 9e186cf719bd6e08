// A browser with several cookies of our name, as after a change of the cookie's domain or path: who is logged
// in stays so, a login heals, and a logout ends them all.

#include <chrono>
#include <optional>
#include <string>

#include <boost/test/unit_test.hpp>

#include "gateway/endpoints/endpoint.h"
#include "tests/support/endpoint_fixture.h"
#include "tests/support/store_calls.h"

namespace session::test {
namespace {

using namespace std::chrono_literals;
using gateway::Response;

struct SeveralCookies : EndpointFixture {
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
  Response auth(const std::string& cookie) {
    return answer(gateway::auth_endpoint, Asked("GET").with("HTTP_COOKIE", cookie));
  }
  Response show(const std::string& cookie) {
    return answer(gateway::session_endpoint, Asked("GET").with("HTTP_COOKIE", cookie));
  }
  static std::string reason(const Response& response) {
    return std::string(response.headers.get("X-Session-Reason"));
  }
  std::string cookie_with(const char* attributes) { return cookie_of(stored(Json::parse(attributes))); }
  std::string ended_cookie() {
    Session session = stored(R"({"user":"old"})"_json);
    const std::string cookie = cookie_of(session);
    BOOST_TEST(outcome(run(session.destroy())) == "written");
    return cookie;
  }
  // A cookie whose record holds what nobody here can read.
  std::string foreign_cookie() {
    Session session = stored(R"({"user":"alice"})"_json);
    foreign_key = key_of(session);
    (void)erase(memory, foreign_key);
    (void)create(memory, foreign_key, "\xed\xa0\x80 is no UTF-8");
    return cookie_of(session);
  }

  std::string foreign_key;
};

BOOST_FIXTURE_TEST_SUITE(several_cookies, SeveralCookies)

BOOST_AUTO_TEST_CASE(a_session_that_has_ended_does_not_count_wherever_its_cookie_stands) {
  const std::string ended = ended_cookie();
  const std::string live = cookie_with(R"({"user":"alice"})");
  for (const std::string& header : {ended + "; " + live, live + "; " + ended}) {
    const Response checked = auth(header);
    BOOST_TEST(checked.status == 204);
    BOOST_TEST(checked.headers.get("X-Auth-Request-User") == "alice");
    BOOST_TEST(!checked.headers.has("Set-Cookie"));
    BOOST_TEST(show(header).body == "{\"user\":\"alice\"}\n");
  }
}

BOOST_AUTO_TEST_CASE(the_living_one_of_eight_is_found_and_extended_once) {
  std::string header;
  for (int i = 0; i < 7; ++i) header += ended_cookie() + "; ";
  Session session = stored(R"({"user":"alice"})"_json);
  clock.advance(10min);
  BOOST_TEST(auth(header + cookie_of(session)).status == 204);
  BOOST_TEST((load(memory, key_of(session))->time_left == 30min));
}

BOOST_AUTO_TEST_CASE(one_that_is_too_old_costs_no_call_of_the_store) {
  Session session = stored(R"({"user":"alice"})"_json);
  const std::string old = cookie_of(session);
  clock.advance(12h);
  const std::string live = cookie_with(R"({"user":"alice"})");
  for (const std::string& header : {old + "; " + live, live + "; " + old}) {
    const int before = store.count();
    BOOST_TEST(auth(header).status == 204);
    BOOST_TEST(store.count() == before + 1);
  }
  const std::string both = old + "; " + live;
  (void)create(memory, key_of(session), "what a clock that was wrong has left");
  BOOST_TEST(change("DELETE", both).status == 204);
  BOOST_TEST(!holds(memory, key_of(session)));
  BOOST_TEST(refusal(live) == "unknown");
}

BOOST_AUTO_TEST_CASE(none_of_several_that_have_ended_is_a_session_and_the_reason_is_the_strongest) {
  const std::string ended = ended_cookie();
  BOOST_TEST(reason(auth(ended + "; " + ended_cookie())) == "unknown");
  Session replaced = stored(R"({"user":"alice"})"_json);
  const std::string revoked = cookie_of(replaced);
  BOOST_TEST(outcome(run(replaced.regenerate())) == "written");
  BOOST_TEST(reason(auth(ended + "; " + revoked)) == "revoked");
  BOOST_TEST(reason(auth(revoked + "; " + ended)) == "revoked");
  BOOST_TEST(reason(auth(foreign_cookie() + "; " + ended)) == "malformed");
}

BOOST_AUTO_TEST_CASE(two_that_live_are_ambiguous_and_neither_is_extended_or_ended) {
  Session one = stored(R"({"user":"alice"})"_json);
  Session two = stored(R"({"user":"mallory"})"_json);
  clock.advance(10min);
  const std::string both = cookie_of(one) + "; " + cookie_of(two);
  BOOST_TEST(auth(both).status == 401);
  BOOST_TEST(reason(auth(both)) == "ambiguous");
  BOOST_TEST(!auth(both).headers.has("Set-Cookie"));
  BOOST_TEST(reason(show(both)) == "ambiguous");
  for (const Session* each : {&one, &two}) BOOST_TEST((load(memory, key_of(*each))->time_left == 20min));
  BOOST_TEST(refusal(cookie_of(one)) == "a session");
  BOOST_TEST(refusal(cookie_of(two)) == "a session");
}

BOOST_AUTO_TEST_CASE(a_change_that_is_no_login_is_refused_beside_two_that_live) {
  const std::string both = cookie_with(R"({"user":"alice"})") + "; " + cookie_with(R"({"user":"bob"})");
  const Response refused = change("POST", both, R"({"set":{"cart":1}})");
  BOOST_TEST(refused.status == 401);
  BOOST_TEST(reason(refused) == "ambiguous");
  BOOST_TEST(!refused.headers.has("Set-Cookie"));
  const Response lost = commit(both, "SESSION_SET", R"({"cart":1})");
  BOOST_TEST(lost.status == 303);
  BOOST_TEST(!lost.headers.has("Set-Cookie"));
  BOOST_TEST(memory.stats().entries == 2U);
  BOOST_TEST(log.text() ==
             "warning an application's session headers were refused: the request's session can't be changed: "
             "ambiguous\n");
}

BOOST_AUTO_TEST_CASE(a_login_ends_all_others_that_came_with_it_and_so_heals) {
  for (const bool by_commit : {true, false}) {
    const std::string one = cookie_with(R"({"user":"alice"})");
    const std::string two = cookie_with(R"({"user":"mallory"})");
    const std::string both = one + "; " + two;
    const Response login = by_commit ? commit(both, "SESSION_SET", R"({"user":"alice"})")
                                     : change("POST", both, R"({"set":{"user":"alice"}})");
    const std::string now = given_cookie(login);
    BOOST_TEST(refusal(one) == "unknown");
    BOOST_TEST(refusal(two) == "unknown");
    // Whichever cookie the new one replaces in the browser.
    for (const std::string& header : {now, now + "; " + one, two + "; " + now})
      BOOST_TEST(auth(header).status == 204);
  }
}

BOOST_AUTO_TEST_CASE(a_login_over_one_that_lives_ends_what_can_not_be_read_beside_it) {
  const std::string visitor = cookie_with(R"({"cart":1})");
  const std::string both = foreign_cookie() + "; " + visitor;
  const std::string now = given_cookie(commit(both, "SESSION_SET", R"({"user":"alice"})"));
  BOOST_TEST(data_of(now) == R"({"cart":1,"user":"alice"})");
  BOOST_TEST(!holds(memory, foreign_key));
}

BOOST_AUTO_TEST_CASE(a_login_that_fails_ends_nothing) {
  const std::string one = cookie_with(R"({"user":"alice"})");
  const std::string both = one + "; " + cookie_with(R"({"user":"bob"})");
  const std::string large(70000, 'x');
  BOOST_TEST(commit(both, "SESSION_SET", R"({"user":"alice","x":")" + large + "\"}").status == 413);
  BOOST_TEST(memory.stats().entries == 2U);
  store.fail(ScriptedStore::erase_if_call);
  BOOST_TEST(commit(both, "SESSION_SET", R"({"user":"alice"})").status == 503);
  BOOST_TEST(reason(auth(both)) == "ambiguous");
  BOOST_TEST(memory.stats().entries == 2U);
}

BOOST_AUTO_TEST_CASE(a_login_whose_record_can_not_be_stored_ends_nothing) {
  const std::string both = cookie_with(R"({"user":"alice"})") + "; " + cookie_with(R"({"user":"bob"})");
  store.fail(ScriptedStore::create_call);
  BOOST_TEST(commit(both, "SESSION_SET", R"({"user":"alice"})").status == 503);
  BOOST_TEST(reason(auth(both)) == "ambiguous");
  const std::string beside = foreign_cookie() + "; " + cookie_with(R"({"cart":1})");
  store.fail(ScriptedStore::create_call);
  BOOST_TEST(commit(beside, "SESSION_SET", R"({"user":"alice"})").status == 503);
  BOOST_TEST(holds(memory, foreign_key));
}

BOOST_AUTO_TEST_CASE(a_login_that_can_not_end_the_others_is_none) {
  const std::string visitor = cookie_with(R"({"cart":1})");
  const std::string both = foreign_cookie() + "; " + visitor;
  const auto before = memory.stats().entries;
  store.fail(ScriptedStore::erase_call);
  const Response failed = commit(both, "SESSION_SET", R"({"user":"alice"})");
  BOOST_TEST(failed.status == 503);
  BOOST_TEST(!failed.headers.has("Set-Cookie"));
  BOOST_TEST(data_of(visitor) == R"({"cart":1})");
  BOOST_TEST(memory.stats().entries == before);
}

BOOST_AUTO_TEST_CASE(a_logout_ends_every_session_whose_cookie_verified) {
  for (const bool by_commit : {true, false}) {
    Session replaced = stored(R"({"user":"bob"})"_json);
    const std::string revoked = cookie_of(replaced);
    BOOST_TEST(outcome(run(replaced.regenerate())) == "written");
    for (const std::string& second : {cookie_with(R"({"user":"mallory"})"), ended_cookie(), revoked,
                                      foreign_cookie(), std::string(kCookieName) + "=junk"}) {
      const std::string one = cookie_with(R"({"user":"alice"})");
      const std::string both = one + "; " + second;
      const Response logout = by_commit ? commit(both, "SESSION_DESTROY", "true") : change("DELETE", both);
      BOOST_TEST(logout.status == (by_commit ? 303 : 204));
      BOOST_TEST(logout.headers.get("Set-Cookie") == kClearedCookie);
      BOOST_TEST(refusal(one) == "unknown");
      BOOST_TEST(refusal(second) != "a session");
      if (second != revoked) continue;
      BOOST_TEST(refusal(cookie_of(replaced)) == "unknown");
    }
    BOOST_TEST(!holds(memory, foreign_key));
  }
}

BOOST_AUTO_TEST_CASE(a_logout_that_could_not_end_all_of_them_says_so) {
  const std::string both = cookie_with(R"({"user":"alice"})") + "; " + cookie_with(R"({"user":"bob"})");
  store.fail(ScriptedStore::erase_if_call);
  const Response failed = change("DELETE", both);
  BOOST_TEST(failed.status == 503);
  BOOST_TEST(!failed.headers.has("Set-Cookie"));
}

// A browser has both for a moment, if the former one is under another path.
BOOST_AUTO_TEST_CASE(a_logout_with_the_former_cookie_of_the_same_session_is_one) {
  for (const bool former_first : {true, false}) {
    Session session = stored(R"({"user":"alice"})"_json);
    const std::string former = cookie_of(session);
    BOOST_TEST(outcome(run(session.regenerate())) == "written");
    const std::string now = cookie_of(session);
    const Response logout = change("DELETE", former_first ? former + "; " + now : now + "; " + former);
    BOOST_TEST(logout.status == 204);
    BOOST_TEST(logout.headers.get("Set-Cookie") == kClearedCookie);
    BOOST_TEST_REQUIRE(logout.events.size() == 1U);
    BOOST_TEST((logout.events.front().kind == SessionEvent::Kind::destroyed));
    BOOST_TEST(refusal(now) == "unknown");
  }
}

BOOST_AUTO_TEST_CASE(a_logout_that_another_one_forestalls_is_one_if_it_ended_others) {
  Session session = stored(R"({"user":"alice"})"_json);
  const std::string both = cookie_of(session) + "; " + foreign_cookie();
  store.before(ScriptedStore::erase_if_call, [&] { (void)erase(memory, key_of(session)); });
  const Response logout = change("DELETE", both);
  BOOST_TEST(logout.status == 204);
  BOOST_TEST(logout.headers.get("Set-Cookie") == kClearedCookie);
  BOOST_TEST(!holds(memory, foreign_key));
}

BOOST_AUTO_TEST_CASE(a_logout_ends_all_that_it_can_although_one_fails_and_can_be_tried_again) {
  const std::string live = cookie_with(R"({"user":"alice"})");
  const std::string other_one = cookie_with(R"({"user":"bob"})");
  for (const std::string& second : {foreign_cookie(), other_one}) {
    const std::string one = cookie_with(R"({"user":"alice"})");
    const std::string both = one + "; " + second;
    if (second == other_one) store.fail(ScriptedStore::erase_if_call, 1);
    if (second != other_one) store.fail(ScriptedStore::erase_call);
    const Response failed = change("DELETE", both);
    BOOST_TEST(failed.status == 503);
    BOOST_TEST(!failed.headers.has("Set-Cookie"));
    BOOST_TEST_REQUIRE(failed.events.size() == 1U);
    BOOST_TEST((failed.events.front().kind == SessionEvent::Kind::destroyed));
    BOOST_TEST((refusal(one) == "unknown") == (second != other_one));
    const Response again = change("DELETE", both);
    BOOST_TEST(again.status == 204);
    BOOST_TEST(again.headers.get("Set-Cookie") == kClearedCookie);
    BOOST_TEST(refusal(one) == "unknown");
    BOOST_TEST(refusal(second) == "unknown");
  }
  BOOST_TEST(refusal(live) == "a session");
}

BOOST_AUTO_TEST_CASE(nobody_keeps_a_user_logged_in_with_a_planted_cookie_of_many_ids) {
  Session planted = stored(R"({"user":"mallory"})"_json);
  const std::string first = cookie_of(planted);
  for (int i = 0; i < 40; ++i) BOOST_TEST_REQUIRE(outcome(run(planted.regenerate())) == "written");
  const std::string own = cookie_with(R"({"user":"alice"})");
  BOOST_TEST(change("DELETE", first + "; " + own).status == 503);
  BOOST_TEST(refusal(own) == "unknown");
}

BOOST_AUTO_TEST_CASE(an_outage_is_no_reason_to_take_either) {
  const std::string both = cookie_with(R"({"user":"alice"})") + "; " + ended_cookie();
  store.fail_all();
  BOOST_TEST(auth(both).status == 503);
}

BOOST_AUTO_TEST_CASE(the_sessions_that_ended_are_told) {
  const std::string both = cookie_with(R"({"user":"alice"})") + "; " + cookie_with(R"({"user":"bob"})");
  const Response logout = change("DELETE", both);
  BOOST_TEST(logout.events.size() == 2U);
  for (const SessionEvent& event : logout.events) BOOST_TEST((event.kind == SessionEvent::Kind::destroyed));
}

BOOST_AUTO_TEST_SUITE_END()

// A2: a wish to log out needs no understanding of the record.
BOOST_FIXTURE_TEST_SUITE(unreadable_records, SeveralCookies)

BOOST_AUTO_TEST_CASE(a_destroy_erases_whatever_the_key_of_a_verified_cookie_holds) {
  for (const bool by_commit : {true, false}) {
    const std::string cookie = foreign_cookie();
    const Response logout = by_commit ? commit(cookie, "SESSION_DESTROY", "true") : change("DELETE", cookie);
    BOOST_TEST(logout.status == (by_commit ? 303 : 204));
    BOOST_TEST(logout.headers.get("Set-Cookie") == kClearedCookie);
    BOOST_TEST(!holds(memory, foreign_key));
  }
}

BOOST_AUTO_TEST_CASE(an_erase_that_did_not_happen_is_never_told_as_one) {
  const std::string cookie = foreign_cookie();
  store.fail(ScriptedStore::erase_call);
  const Response failed = change("DELETE", cookie);
  BOOST_TEST(failed.status == 503);
  BOOST_TEST(!failed.headers.has("Set-Cookie"));
  BOOST_TEST(failed.events.empty());
  BOOST_TEST(holds(memory, foreign_key));
}

BOOST_AUTO_TEST_CASE(a_record_that_becomes_unreadable_during_a_destroy_is_erased_too) {
  Session session = stored(R"({"user":"alice"})"_json);
  const std::string key = key_of(session);
  store.before(ScriptedStore::erase_if_call, [&] {
    (void)erase(memory, key);
    (void)create(memory, key, "somebody else's");
  });
  BOOST_TEST(change("DELETE", cookie_of(session)).status == 204);
  BOOST_TEST(!holds(memory, key));
}

BOOST_AUTO_TEST_CASE(without_a_verified_cookie_nothing_is_erased) {
  std::string forged = foreign_cookie();
  forged.back() = forged.back() == 'A' ? 'B' : 'A';
  BOOST_TEST(change("DELETE", forged).status == 401);
  BOOST_TEST(holds(memory, foreign_key));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(former_cookies)

struct Former : SeveralCookies {
  Former() {
    SessionManagerOptions options;
    options.cookie.name = std::string(kCookieName);
    options.former = {options.cookie, options.cookie};
    options.former[0].domain = "example.com";
    options.former[1].path = "/shop";
    moved.emplace(store, native_format(format_options(), random),
                  std::make_shared<Identity>(IdentitySettings()), options, clock);
    gateway::Services with{*moved, rules, telemetry, gateway::FlushMode::wait, {}};
    services_of_moved.emplace(std::move(with));
  }
  Response moved_commit(const std::string& cookie, const std::string& param, const std::string& value) {
    const Asked asked = Asked("POST").with("HTTP_COOKIE", cookie).with(param, value);
    const gateway::Request request = asked.request();
    return respond(gateway::commit_endpoint(request, *services_of_moved));
  }
  std::optional<SessionManager> moved;
  std::optional<gateway::Services> services_of_moved;
};

BOOST_FIXTURE_TEST_CASE(the_answers_to_a_login_and_a_logout_remove_them_too, Former) {
  const Response login = moved_commit("", "SESSION_SET", R"({"user":"alice"})");
  BOOST_TEST(count_of(login, "Set-Cookie") == 3);
  const std::string lines(login.headers.lines());
  BOOST_TEST(lines.find("__Host-session=; Path=/; Domain=example.com; Secure") != std::string::npos);
  BOOST_TEST(lines.find("__Host-session=; Path=/shop; Secure") != std::string::npos);
  const std::string cookie = given_cookie(login);
  BOOST_TEST(cookie.starts_with("__Host-session=v1."));
  BOOST_TEST(count_of(moved_commit(cookie, "SESSION_SET", R"({"cart":1})"), "Set-Cookie") == 0);
  BOOST_TEST(count_of(moved_commit(cookie, "SESSION_DESTROY", "true"), "Set-Cookie") == 3);
  BOOST_TEST(count_of(moved_commit(cookie, "SESSION_DESTROY", "true"), "Set-Cookie") == 3);
  BOOST_TEST(count_of(moved_commit("", "SESSION_DESTROY", "true"), "Set-Cookie") == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
