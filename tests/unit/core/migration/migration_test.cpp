// Sessions of other formats move to ours when they are met, and nobody is logged out by that.

#include <string>

#include <boost/test/unit_test.hpp>

#include "tests/support/migration_fixture.h"

namespace session::test {
namespace {

const std::string kAlice = R"({"cart":[1,{"ü":null}],"user":"alice"})";

BOOST_FIXTURE_TEST_SUITE(takeover, TakeoverFixture)

BOOST_AUTO_TEST_CASE(an_old_cookie_opens_its_session_under_a_native_id) {
  express_writes("one", kAlice);
  Session session = opened(manager, express_cookie("one"));
  BOOST_TEST(to_text(session.attributes()) == kAlice);
  BOOST_TEST(session.id() == moved_id("express", "one"));
  const std::string set_cookie = session.set_cookie().value_or("");
  const std::string pair = set_cookie.substr(0, set_cookie.find(';'));
  BOOST_TEST(pair == moved_cookie("one"));
  BOOST_TEST(data_of(pair) == kAlice);
  BOOST_TEST(!express_has("one"));
}

BOOST_AUTO_TEST_CASE(what_moved_is_as_old_as_its_move_and_lives_by_the_policy) {
  express_writes("one", kAlice);
  (void)opened(manager, express_cookie("one"));
  BOOST_TEST(text_at(moved_key("one")) ==
             R"({"v":1,"created":1800000000,"from":"sess:one","data":)" + kAlice + "}");
  BOOST_TEST((held(moved_key("one"))->time_left == std::chrono::minutes(30)));
}

BOOST_AUTO_TEST_CASE(the_ids_that_sessions_move_to_are_the_same_in_all_versions) {
  BOOST_TEST(moved_id("express", "one") != moved_id("session-store", "one"));
  session_store_writes("one", kAlice);
  BOOST_TEST(opened(manager, session_store_cookie("one")).id() == moved_id("session-store", "one"));
  BOOST_TEST(text_at(session_store.store_key("one")) == "nothing");
}

BOOST_AUTO_TEST_CASE(an_old_cookie_goes_on_opening_the_session_that_moved) {
  express_writes("one", kAlice);
  Session session = opened(manager, express_cookie("one"));
  BOOST_TEST(outcome(run(session.set("n", 1, Flush::now))) == "written");
  Session again = opened(other, express_cookie("one"));
  BOOST_TEST(again.attributes().at("n") == 1);
  BOOST_TEST(again.set_cookie().has_value());
}

BOOST_AUTO_TEST_CASE(old_cookies_are_not_looked_at_beside_one_of_ours) {
  express_writes("one", kAlice);
  const std::string old = "; " + express_cookie("one");
  Session ended = stored(R"({"user":"bob"})"_json);
  const std::string unknown = cookie_of(ended);
  BOOST_TEST(outcome(run(ended.destroy())) == "written");
  const std::string outdated =
      "__Host-session=" + dialect.cookie(ended.id(), clock.unix_now() - std::chrono::hours(13));
  std::string forged = unknown;
  forged.back() = forged.back() == 'A' ? 'B' : 'A';
  BOOST_TEST(refusal("__Host-session=x" + old) == "malformed");
  BOOST_TEST(refusal(forged + old) == "bad-signature");
  BOOST_TEST(refusal(outdated + old) == "expired");
  BOOST_TEST(refusal(unknown + old) == "unknown");
  BOOST_TEST(data_of(cookie_of(stored(R"({"user":"bob"})"_json)) + old) == R"({"user":"bob"})");
  BOOST_TEST(express_has("one"));
  BOOST_TEST(text_at(moved_key("one")) == "nothing");
}

BOOST_AUTO_TEST_CASE(of_two_old_cookies_of_one_format_the_one_whose_session_lives_counts) {
  express_writes("one", kAlice);
  express_writes("two", kAlice);
  const std::string both = express_cookie("one") + "; " + express_cookie("two");
  BOOST_TEST(refusal(both) == "ambiguous");
  BOOST_TEST(express_has("one"));
  BOOST_TEST(express_has("two"));
  express_destroys("one");
  BOOST_TEST(refusal(both) == "a session");
  BOOST_TEST(!express_has("two"));
  BOOST_TEST(refusal(both) == "a session");  // by the cookie of the session that has moved
  BOOST_TEST(change("DELETE", both).status == 204);
  BOOST_TEST(refusal(both) == "unknown");
  express_writes("one", kAlice);
  BOOST_TEST(refusal(express_cookie("one") + "; connect.sid=s%3Athree.forged") == "a session");
  BOOST_TEST(refusal("connect.sid=s%3Athree.forged") == "absent");
}

BOOST_AUTO_TEST_CASE(the_first_format_that_has_a_session_counts) {
  const std::string both = session_store_cookie("one") + "; " + express_cookie("one");
  session_store_writes("one", R"({"user":"bob"})");
  BOOST_TEST(data_of(both) == R"({"user":"bob"})");
  express_writes("one", kAlice);
  BOOST_TEST(data_of(both) == kAlice);
  Session session = opened(manager, express_cookie("one"));
  BOOST_TEST(outcome(run(session.destroy())) == "written");
  BOOST_TEST(data_of(both) == R"({"user":"bob"})");
}

BOOST_AUTO_TEST_CASE(what_is_no_session_stays_as_it_is) {
  put(express.store_key("one"), "{not json");
  BOOST_TEST(refusal(express_cookie("one")) == "malformed");
  BOOST_TEST(text_at(express.store_key("one")) == "{not json");
  session_store_writes("two", "{}");
  BOOST_TEST(refusal(session_store_cookie("two")) == "unknown");
  BOOST_TEST(text_at(session_store.store_key("two")) == "{}");
  BOOST_TEST(refusal(express_cookie("never")) == "unknown");
}

BOOST_AUTO_TEST_CASE(a_record_that_can_not_be_read_any_more_after_it_moved_is_named_for_the_log) {
  express_writes("one", kAlice);
  (void)opened(manager, express_cookie("one"));
  put(moved_key("one"), "{not json");
  const auto found = open(manager, express_cookie("one"), Touch::on);
  BOOST_TEST(to_text(found->refusal) == "malformed");
  BOOST_TEST(found->named().corrupt_record == manager.log_id_of(moved_key("one")));
}

BOOST_AUTO_TEST_CASE(an_old_cookie_is_revoked_by_a_login_and_unknown_later) {
  express_writes("one", R"({"cart":[1]})");
  Session session = opened(manager, express_cookie("one"));
  BOOST_TEST(outcome(run(session.set("user", "alice", Flush::now))) == "written");
  BOOST_TEST(session.id() != moved_id("express", "one"));
  BOOST_TEST(refusal(express_cookie("one")) == "revoked");
  clock.advance(kTombstoneTime);
  BOOST_TEST(refusal(express_cookie("one")) == "unknown");
  BOOST_TEST(data_of(cookie_of(session)) == R"({"cart":[1],"user":"alice"})");
}

BOOST_AUTO_TEST_CASE(a_session_that_moved_and_ended_does_not_move_again) {
  express_writes("one", kAlice);
  Session session = opened(manager, express_cookie("one"));
  BOOST_TEST(outcome(run(session.destroy())) == "written");
  BOOST_TEST(refusal(express_cookie("one")) == "unknown");
  BOOST_TEST(refusal(moved_cookie("one")) == "unknown");
  BOOST_TEST(outcome(run(session.destroy())) == "gone");
  clock.advance(kTombstoneTime);
  BOOST_TEST(text_at(moved_key("one")) == "nothing");
  BOOST_TEST(refusal(express_cookie("one")) == "unknown");
}

BOOST_AUTO_TEST_CASE(a_session_takes_along_what_its_requests_old_cookies_stand_for) {
  express_writes("one", kAlice);
  (void)opened(manager, express_cookie("one"));  // moved
  express_writes("two", kAlice);                 // not yet
  for (const std::string id : {"one", "two"}) {
    Session newer = stored(R"({"user":"alice"})"_json);
    Session session = opened(manager, cookie_of(newer) + "; " + express_cookie(id));
    BOOST_TEST(outcome(run(session.destroy())) == "written");
    BOOST_TEST(refusal(express_cookie(id)) == "unknown");
    BOOST_TEST(refusal(moved_cookie(id)) == "unknown");
    BOOST_TEST(refusal(cookie_of(newer)) == "unknown");
  }
}

BOOST_AUTO_TEST_CASE(a_logout_erases_what_can_not_be_read_under_an_old_key) {
  for (const bool beside_a_session : {true, false}) {
    const std::string old = express_cookie("one") + "; " + session_store_cookie("two");
    put(express.store_key("one"), "{not json");
    put(session_store.store_key("two"), "[1]");
    put(moved_key("one"), "somebody else's");
    const std::string own =
        beside_a_session ? cookie_of(stored(R"({"user":"alice"})"_json)) : "__Host-session=bad";
    BOOST_TEST(change("DELETE", own + "; " + old).status == 204);
    for (const std::string& key :
         {express.store_key("one"), session_store.store_key("two"), moved_key("one")})
      BOOST_TEST(text_at(key) == "nothing");
  }
}

BOOST_AUTO_TEST_CASE(a_logout_erases_what_can_not_be_read_under_the_id_that_a_session_got) {
  Session session = stored(R"({"user":"alice"})"_json);
  const std::string old = cookie_of(session);
  BOOST_TEST(outcome(run(session.regenerate())) == "written");
  const std::string key = dialect.store_key(session.id());
  put(key, "{not json");
  BOOST_TEST(change("DELETE", old).status == 204);
  BOOST_TEST(text_at(key) == "nothing");
}

BOOST_AUTO_TEST_CASE(a_logout_ends_what_all_old_cookies_of_one_format_stand_for) {
  for (const std::string beside : {"", "__Host-session=bad; ", "native"}) {
    express_writes("one", kAlice);
    express_writes("two", kAlice);
    (void)opened(manager, express_cookie("two"));  // moved
    const std::string first =
        beside == "native" ? cookie_of(stored(R"({"user":"alice"})"_json)) + "; " : beside;
    const auto response = change("DELETE", first + express_cookie("one") + "; " + express_cookie("two"));
    BOOST_TEST(response.status == 204);
    for (const std::string id : {"one", "two"}) {
      BOOST_TEST(refusal(express_cookie(id)) == "unknown", beside + id);
      BOOST_TEST(refusal(moved_cookie(id)) == "unknown", beside + id);
    }
    clock.advance(kTombstoneTime);
  }
}

BOOST_AUTO_TEST_CASE(a_destroy_that_cannot_reach_the_store_claims_nothing) {
  for (int call = 1; call <= 2; ++call) {
    for (const bool lost : {false, true}) {
      const std::string id = std::to_string(call) + (lost ? "lost" : "failed");
      express_writes(id, kAlice);
      (void)opened(manager, express_cookie(id));
      const std::string both = moved_cookie(id) + "; " + express_cookie(id);
      Session session = opened(manager, both);
      lost ? store.lose_answer(ScriptedStore::any_call, call) : store.fail(ScriptedStore::any_call, call);
      BOOST_TEST(outcome(run(session.destroy())) == "store");
      const auto again = change("DELETE", both);
      // The last answer that was lost was that of the end itself.
      BOOST_TEST(again.status == (call == 2 && lost ? 401 : 204));
      BOOST_TEST(refusal(express_cookie(id)) == "unknown");
      BOOST_TEST(refusal(moved_cookie(id)) == "unknown");
    }
  }
}

BOOST_AUTO_TEST_CASE(what_is_too_large_for_the_policy_is_malformed_and_stays_where_it_is) {
  express_writes("one", R"({"p":")" + std::string(70'000, 'p') + R"("})");
  const std::string before = text_at(express.store_key("one"));
  BOOST_TEST(refusal(express_cookie("one")) == "malformed");
  BOOST_TEST((text_at(express.store_key("one")) == before));
  BOOST_TEST(refusal(moved_cookie("one")) == "unknown");
}

BOOST_AUTO_TEST_CASE(numbers_beyond_64_bits_move_as_javascript_reads_them) {
  express_writes("one", R"({"big":123456789012345678901234567890,"small":-0.5})");
  (void)opened(manager, express_cookie("one"));
  BOOST_TEST(data_of(moved_cookie("one")) == R"({"big":1.2345678901234568e+29,"small":-0.5})");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(takeover_endpoints, TakeoverFixture)

BOOST_AUTO_TEST_CASE(an_auth_check_with_an_old_cookie_passes_and_gives_the_new_one) {
  express_writes("one", kAlice);
  for (const std::string touch : {"on", "off"}) {
    const auto response = auth(express_cookie("one"), touch);
    BOOST_TEST(response.status == 204);
    BOOST_TEST(count_of(response, "Set-Cookie") == 1);
    BOOST_TEST(given_cookie(response) == moved_cookie("one"));
  }
  const auto next = auth(moved_cookie("one") + "; " + express_cookie("one"));
  BOOST_TEST(next.status == 204);
  BOOST_TEST(count_of(next, "Set-Cookie") == 0);
}

BOOST_AUTO_TEST_CASE(the_application_does_not_see_what_logs_its_user_in) {
  express_writes("one", kAlice);
  const auto response = auth("a=1; " + express_cookie("one") + "; " + session_store_cookie("two") + "; b=2");
  BOOST_TEST(response.headers.get("X-Session-Cookie") == "a=1; b=2");
}

BOOST_AUTO_TEST_CASE(the_first_request_may_read_write_and_destroy) {
  express_writes("get", kAlice);
  const auto shown =
      answer(gateway::session_endpoint, Asked("GET").with("HTTP_COOKIE", express_cookie("get")));
  BOOST_TEST(shown.status == 200);
  BOOST_TEST(shown.body == kAlice + "\n");
  BOOST_TEST(given_cookie(shown) == moved_cookie("get"));
  express_writes("set", R"({"user":"alice"})");
  const auto changed = change("POST", express_cookie("set"), R"({"set":{"n":1}})");
  BOOST_TEST(changed.status == 200);
  BOOST_TEST(count_of(changed, "Set-Cookie") == 1);
  BOOST_TEST(data_of(given_cookie(changed)) == R"({"n":1,"user":"alice"})");
  express_writes("delete", kAlice);
  const auto deleted = change("DELETE", express_cookie("delete"));
  BOOST_TEST(deleted.status == 204);
  BOOST_TEST(deleted.headers.get("Set-Cookie") == kClearedCookie);
  BOOST_TEST(refusal(express_cookie("delete")) == "unknown");
}

BOOST_AUTO_TEST_CASE(a_commit_with_an_old_cookie_changes_what_moved) {
  express_writes("set", R"({"user":"alice"})");
  const auto changed = commit(express_cookie("set"), "SESSION_SET", R"({"n":1})");
  BOOST_TEST(changed.status == 204);
  BOOST_TEST(data_of(given_cookie(changed)) == R"({"n":1,"user":"alice"})");
  express_writes("login", R"({"cart":[1]})");
  const auto login = commit(express_cookie("login"), "SESSION_SET", R"({"user":"alice"})");
  BOOST_TEST(count_of(login, "Set-Cookie") == 1);
  BOOST_TEST(given_cookie(login) != moved_cookie("login"));
  BOOST_TEST(data_of(given_cookie(login)) == R"({"cart":[1],"user":"alice"})");
  const auto logout = commit(express_cookie("login"), "SESSION_DESTROY", "true");
  BOOST_TEST(logout.status == 204);
  BOOST_TEST(refusal(given_cookie(login)) == "unknown");
}

BOOST_AUTO_TEST_CASE(a_move_without_touch_does_not_lose_later_writes) {
  express_writes("one", R"({"user":"alice"})");
  const auto response = answer(gateway::session_endpoint, Asked("POST")
                                                              .with("HTTP_COOKIE", express_cookie("one"))
                                                              .with("GATEWAY_ALLOW", "set")
                                                              .with("GATEWAY_TOUCH", "off")
                                                              .body(R"({"set":{"n":1}})"));
  BOOST_TEST(response.status == 200);
  BOOST_TEST(data_of(given_cookie(response)) == R"({"n":1,"user":"alice"})");
  BOOST_TEST((held(moved_key("one"))->time_left == std::chrono::minutes(30)));
}

BOOST_AUTO_TEST_CASE(a_logout_with_a_dead_cookie_does_not_leave_the_old_one_to_log_in_again) {
  for (const bool moved : {false, true}) {
    const std::string id = moved ? "moved" : "not moved";
    express_writes(id, kAlice);
    if (moved) (void)opened(manager, express_cookie(id));
    const auto response = change("DELETE", "__Host-session=bad; " + express_cookie(id));
    BOOST_TEST(response.status == 204);
    BOOST_TEST(response.headers.get("Set-Cookie") == kClearedCookie);
    BOOST_TEST(refusal(express_cookie(id)) == "unknown");
  }
  express_writes("out", kAlice);
  store.fail_all();
  BOOST_TEST(change("DELETE", "__Host-session=bad; " + express_cookie("out")).status == 503);
}

BOOST_AUTO_TEST_CASE(a_logout_with_a_revoked_old_cookie_that_fails_at_any_step_can_be_tried_again) {
  for (int call = 1; call <= 6; ++call) {
    const std::string id = std::to_string(call);
    express_writes(id, R"({"cart":[1]})");
    const std::string newer = given_cookie(commit(express_cookie(id), "SESSION_SET", kAlice));
    store.fail(ScriptedStore::any_call, call);
    BOOST_TEST(change("DELETE", express_cookie(id)).status == 503, id);
    const bool ended = refusal(newer) == "unknown";  // what failed was another step
    BOOST_TEST(change("DELETE", express_cookie(id)).status == (ended ? 401 : 204), id);
    BOOST_TEST(refusal(newer) == "unknown", id);
  }
}

BOOST_AUTO_TEST_CASE(a_logout_with_a_revoked_old_cookie_ends_the_session_of_the_other_format_too) {
  express_writes("one", R"({"cart":[1]})");
  session_store_writes("two", R"({"user":"bob"})");
  const std::string newer = given_cookie(commit(express_cookie("one"), "SESSION_SET", kAlice));
  BOOST_TEST(refusal(express_cookie("one")) == "revoked");
  const auto response = change("DELETE", express_cookie("one") + "; " + session_store_cookie("two"));
  BOOST_TEST(response.status == 204);
  BOOST_TEST(refusal(newer) == "unknown");
  BOOST_TEST(refusal(session_store_cookie("two")) == "unknown");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
