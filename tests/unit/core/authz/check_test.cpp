#include "core/authz/check.h"

#include <chrono>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/session_fixture.h"
#include "tests/support/store_calls.h"

namespace session::test {
namespace {

using namespace std::chrono_literals;

struct Checks : SessionFixture {
  CheckResult visit(std::string_view header, std::string_view required = {}, Touch touch = Touch::on) {
    const std::vector<std::string_view> cookies = {header};
    return run(check(CheckRequest{cookies, required, touch}, manager, rules));
  }
  // The verdict in a word or two.
  std::string said(std::string_view header, std::string_view required = {}, Touch touch = Touch::on) {
    const CheckResult verdict = visit(header, required, touch);
    if (const auto* login = std::get_if<LoginNeeded>(&verdict))
      return "login: " + std::string(to_text(login->reason));
    if (const auto* no = std::get_if<Forbidden>(&verdict)) {
      return "forbidden: " + std::string(no->rule) + (no->unknown_rule ? "?" : "");
    }
    return std::holds_alternative<Pass>(verdict) ? "pass" : "unavailable";
  }
  int calls_of(std::string_view header) {
    const int before = store.count();
    (void)visit(header);
    return store.count() - before;
  }
  milliseconds left(const Session& session) { return load(memory, key_of(session))->time_left.value(); }

  RuleSet rules{{Rule{"user", {Condition{"/user", Condition::Op::exists, true}}},
                 Rule{"admin", {Condition{"/groups", Condition::Op::contains, "admin"}}},
                 Rule{"fresh", {}, seconds(600)},
                 Rule{"newest", {Condition{"/user", Condition::Op::exists, true}}, {}, true}}};
  Session alice = stored(R"({"user":"alice","groups":["staff"]})"_json);
  std::string cookie = cookie_of(alice);
};

BOOST_FIXTURE_TEST_SUITE(auth_check, Checks)

BOOST_AUTO_TEST_CASE(a_good_cookie_passes_with_the_identity_and_no_new_cookie) {
  const CheckResult verdict = visit(cookie);
  const auto* pass = std::get_if<Pass>(&verdict);
  BOOST_TEST_REQUIRE((pass != nullptr));
  BOOST_TEST(pass->summary->identity ==
             "X-Auth-Request-User: alice\r\nX-Auth-Request-Email: \r\nX-Auth-Request-Groups: staff\r\n");
  BOOST_TEST(!pass->set_cookie.has_value());
}

BOOST_AUTO_TEST_CASE(a_broken_store_never_lets_a_request_through_and_never_logs_out) {
  BOOST_TEST(said(cookie) ==
             "pass");  // the reader remembers the record, but that is no answer from the store
  store.fail_all();
  for (const auto* required : {"", "user", "admin", "nosuch"})
    BOOST_TEST(said(cookie, required) == "unavailable");
  const CheckResult verdict = visit(cookie);
  BOOST_TEST(std::get<Unavailable>(verdict).failure.detail == "the test broke the store");
}

// It extends nothing: the store could not hear of that.
BOOST_AUTO_TEST_CASE(a_copy_decides_only_where_it_may_and_the_result_says_so) {
  BOOST_TEST(!std::get<Pass>(visit(cookie, "user")).stale);
  clock.advance(10min);
  store.answer_by_copies();
  const int calls = store.count();
  BOOST_TEST(std::get<Pass>(visit(cookie, "user")).stale);
  BOOST_TEST(store.count() == calls);
  BOOST_TEST(said(cookie, "admin") == "unavailable");  // it may be one by now
  BOOST_TEST(said(cookie, "user,newest") == "unavailable");
  const std::vector<std::string_view> cookies = {cookie};
  CheckRequest request{cookies, "user"};
  request.fresh_only = true;
  BOOST_TEST(std::holds_alternative<Unavailable>(run(check(request, manager, rules))));
}

// An outage is no logout, whatever an old copy says.
BOOST_AUTO_TEST_CASE(a_copy_refuses_nobody) {
  Session moved = stored(R"({"user":"bob"})"_json);
  const std::string replaced = cookie_of(moved);
  (void)run(moved.regenerate());
  const std::string two = cookie + "; " + cookie_of(stored(R"({"user":"eve"})"_json));
  BOOST_TEST(said(replaced) == "login: revoked");
  BOOST_TEST(said(two) == "login: ambiguous");
  store.answer_by_copies();
  BOOST_TEST(said(replaced) == "unavailable");
  BOOST_TEST(said(two) == "unavailable");
  BOOST_TEST(said(cookie) == "pass");
  (void)erase(memory, key_of(alice));
  (void)create(memory, key_of(alice), R"({"v":1,"created":1799956800,"data":{"user":"alice"}})");
  BOOST_TEST(said(cookie) == "unavailable");  // its time is up
}

BOOST_AUTO_TEST_CASE(only_checks_take_copies) {
  (void)visit(cookie);
  BOOST_TEST((store.loads().back().copy == LoadTerms::Copy::will_do));
  const std::vector<std::string_view> cookies = {cookie};
  auto opened = run(manager.open(cookies));
  BOOST_TEST(!(store.loads().back().copy == LoadTerms::Copy::will_do));
  BOOST_TEST(run(opened->session->set("cart", 1, Flush::now)).has_value());
  BOOST_TEST(run(opened->session->destroy()).has_value());
  BOOST_TEST(run(manager.directory().of("alice")).has_value());
  std::size_t copies = 0;
  for (const LoadTerms& terms : store.loads()) copies += terms.copy == LoadTerms::Copy::will_do ? 1 : 0;
  BOOST_TEST(copies == 1u);
}

BOOST_AUTO_TEST_CASE(a_bad_cookie_costs_no_store_call_and_a_good_one_costs_one) {
  std::string forged = cookie;
  forged.back() = forged.back() == 'A' ? 'B' : 'A';
  for (const std::string& bad :
       {std::string(), std::string("a=b"), std::string(kCookieName) + "=", forged, cookie + "x"}) {
    BOOST_TEST(calls_of(bad) == 0, bad);
  }
  BOOST_TEST(calls_of(cookie) == 1);
  // Which of several counts is known to the store only.
  BOOST_TEST(calls_of(cookie + "; " + cookie_of(manager.create())) == 3);
}

BOOST_AUTO_TEST_CASE(each_refusal_is_told) {
  std::string forged = cookie;
  forged.back() = forged.back() == 'A' ? 'B' : 'A';
  BOOST_TEST(said("") == "login: absent");
  BOOST_TEST(said(std::string(kCookieName) + "=x") == "login: malformed");
  BOOST_TEST(said(forged) == "login: bad-signature");
  BOOST_TEST(said(cookie_of(manager.create())) == "login: unknown");
  Session moved = stored(R"({"user":"bob"})"_json);
  const std::string old_cookie = cookie_of(moved);
  run(moved.regenerate());
  BOOST_TEST(said(old_cookie) == "login: revoked");
  clock.set_unix(clock.unix_now() + 12h);
  BOOST_TEST(said(cookie) == "login: expired");
}

BOOST_AUTO_TEST_CASE(the_absolute_timeout_ends_a_session_that_a_touch_keeps_alive) {
  int minutes = 0;
  for (; said(cookie) == "pass"; ++minutes) clock.advance(1min);
  BOOST_TEST(minutes == 12 * 60);
  BOOST_TEST(said(cookie) == "login: expired");
}

BOOST_AUTO_TEST_CASE(a_record_older_than_its_cookie_says_is_expired_all_the_same) {
  (void)erase(memory, key_of(alice));
  (void)create(memory, key_of(alice), R"({"v":1,"created":1799956800,"data":{"user":"alice"}})");
  BOOST_TEST(said(cookie) == "login: expired");
}

BOOST_AUTO_TEST_CASE(an_idle_session_is_unknown) {
  clock.advance(30min - 1ms);
  BOOST_TEST(said(cookie, {}, Touch::off) == "pass");
  clock.advance(1ms);
  BOOST_TEST(said(cookie) == "login: unknown");
}

BOOST_AUTO_TEST_CASE(two_cookies_of_living_sessions_are_refused) {
  const std::string planted = cookie_of(stored(R"({"user":"mallory"})"_json));
  BOOST_TEST(said(cookie + "; " + planted) == "login: ambiguous");
  BOOST_TEST(said(planted + "; " + cookie) == "login: ambiguous");
}

BOOST_AUTO_TEST_CASE(rules_that_are_not_met_forbid_and_the_first_is_named) {
  BOOST_TEST(said(cookie, "user") == "pass");
  BOOST_TEST(said(cookie, "user, admin") == "forbidden: admin");
  BOOST_TEST(said(cookie, "admn") == "forbidden: admn?");
  const std::string root = cookie_of(stored(R"({"user":"root","groups":["admin"]})"_json));
  BOOST_TEST(said(root, "user,admin") == "pass");
}

BOOST_AUTO_TEST_CASE(rules_follow_the_record_from_one_check_to_the_next) {
  BOOST_TEST(said(cookie, "admin") == "forbidden: admin");
  run(alice.set("groups", R"(["admin"])"_json, Flush::now));
  BOOST_TEST(said(cookie, "admin") == "pass");
  run(alice.set("groups", Json::array(), Flush::now));
  BOOST_TEST(said(cookie, "admin") == "forbidden: admin");
}

BOOST_AUTO_TEST_CASE(rules_say_the_same_from_attributes_that_are_remembered) {
  SessionManagerOptions options;
  options.cache.keep_data = true;
  SessionManager keeping = make_manager(format_options(), std::move(options));
  const std::vector<std::string_view> cookies = {cookie};
  for (int i = 0; i < 3; ++i) {
    const CheckResult verdict = run(check(CheckRequest{cookies, "user,admin"}, keeping, rules));
    BOOST_TEST(std::get<Forbidden>(verdict).rule == "admin");
  }
}

BOOST_AUTO_TEST_CASE(a_cookie_under_an_older_key_passes_and_is_given_again) {
  SessionManager rotated = make_manager(rotated_options());
  const std::vector<std::string_view> cookies = {cookie};
  const CheckResult verdict = run(check(CheckRequest{cookies, {}}, rotated, rules));
  BOOST_TEST(std::get<Pass>(verdict).set_cookie.value().starts_with("__Host-session=v1.k2." + alice.id()));
  SessionManager dropped = make_manager(format_options({{"k2", Secret(kNewSecret)}}));
  const CheckResult later = run(check(CheckRequest{cookies, {}}, dropped, rules));
  BOOST_TEST((std::get<LoginNeeded>(later).reason == RejectReason::bad_signature));
}

BOOST_AUTO_TEST_CASE(a_touch_comes_after_touch_every_and_not_a_millisecond_before) {
  clock.advance(1min - 1ms);
  BOOST_TEST(said(cookie) == "pass");
  BOOST_TEST(store.count(ScriptedStore::touch_call) == 0);
  clock.advance(1ms);
  BOOST_TEST(said(cookie) == "pass");
  BOOST_TEST(store.count(ScriptedStore::touch_call) == 1);
  BOOST_TEST((left(alice) == 30min));
  BOOST_TEST(said(cookie) == "pass");
  BOOST_TEST(store.count(ScriptedStore::touch_call) == 1);
}

BOOST_AUTO_TEST_CASE(a_touch_never_reaches_beyond_the_absolute_timeout) {
  for (int i = 0; i < 11 * 60 + 50; ++i) {
    clock.advance(1min);
    BOOST_TEST_REQUIRE(said(cookie) == "pass");
  }
  BOOST_TEST((left(alice) <= 10min));
}

BOOST_AUTO_TEST_CASE(a_location_that_does_not_touch_does_not_extend) {
  clock.advance(10min);
  BOOST_TEST(said(cookie, {}, Touch::off) == "pass");
  BOOST_TEST(store.count(ScriptedStore::touch_call) == 0);
  BOOST_TEST((left(alice) == 20min));
}

BOOST_AUTO_TEST_CASE(a_touch_that_fails_does_not_change_the_answer) {
  clock.advance(10min);
  store.fail(ScriptedStore::touch_call);
  BOOST_TEST(said(cookie) == "pass");
  BOOST_TEST((left(alice) == 20min));
  BOOST_TEST(said(cookie) == "pass");
  BOOST_TEST((left(alice) == 30min));
}

BOOST_AUTO_TEST_CASE(a_cookie_too_old_is_refused_without_asking_the_store) {
  clock.set_unix(clock.unix_now() + 12h);
  BOOST_TEST(calls_of(cookie) == 0);
  store.fail_all();
  BOOST_TEST(said(cookie) == "login: expired");
}

BOOST_AUTO_TEST_CASE(a_login_that_is_too_long_ago_is_stale_and_the_session_lives) {
  const Session session = stored(R"({"user":"alice"})"_json);
  BOOST_TEST(said(cookie_of(session), "fresh") == "pass");
  clock.advance(10min);
  BOOST_TEST(said(cookie_of(session), "login,fresh") == "pass");
  clock.advance(1s);
  BOOST_TEST(said(cookie_of(session), "login,fresh") == "login: stale");
  BOOST_TEST(said(cookie_of(session), "login") == "pass");
  BOOST_TEST(said(cookie_of(session), "admin,fresh") == "forbidden: admin");
  const CheckResult result = visit(cookie_of(session), "fresh");
  const auto& stale = std::get<LoginNeeded>(result);
  BOOST_TEST(stale.name == session.log_id());
  BOOST_TEST(stale.subject == "alice");
  BOOST_TEST(said(cookie_of(stored(R"({"cart":1})"_json)), "fresh") == "login: absent");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
