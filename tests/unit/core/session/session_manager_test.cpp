#include "core/session/session_manager.h"

#include <chrono>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/session_fixture.h"
#include "tests/support/store_calls.h"

namespace session::test {
namespace {

using namespace std::chrono_literals;

const std::string kNamed = "chosen by the program";

struct Managers : SessionFixture {
  std::string refusal_of_headers(const std::vector<std::string_view>& headers) {
    auto found = run(manager.open(headers));
    if (!found) return "an outage";
    return found->session ? "a session" : std::string(to_text(found->refusal));
  }
  Session at(SessionManager& with, const std::string& id) { return *run(with.at(id)); }
};

BOOST_FIXTURE_TEST_SUITE(manager_open, Managers)

BOOST_AUTO_TEST_CASE(a_request_without_our_cookie_has_no_session) {
  BOOST_TEST(refusal_of_headers({}) == "absent");
  BOOST_TEST(refusal_of_headers({"a=1; b=2"}) == "absent");
  BOOST_TEST(store.count() == 0);
}

BOOST_AUTO_TEST_CASE(the_cookie_that_verifies_is_used_among_others_of_the_name) {
  const std::string good = cookie_of(stored(R"({"a":1})"_json));
  const std::string junk = std::string(kCookieName) + "=junk";
  BOOST_TEST(refusal_of_headers({junk + "; " + good}) == "a session");
  BOOST_TEST(refusal_of_headers({junk, "x=y", good}) == "a session");
  BOOST_TEST(refusal_of_headers({good + "; " + good}) == "a session");
}

BOOST_AUTO_TEST_CASE(a_ninth_cookie_of_the_name_is_not_looked_at) {
  std::string header;
  for (int i = 0; i < 8; ++i) header += std::string(kCookieName) + "=junk" + std::to_string(i) + "; ";
  BOOST_TEST(refusal_of_headers({header + cookie_of(stored(R"({"a":1})"_json))}) == "malformed");
}

BOOST_AUTO_TEST_CASE(two_cookies_of_living_sessions_are_ambiguous_and_each_is_asked_for_once) {
  const std::string one = cookie_of(stored(R"({"user":"alice"})"_json));
  const std::string two = cookie_of(stored(R"({"user":"mallory"})"_json));
  const int before = store.count();
  BOOST_TEST(refusal_of_headers({one + "; " + two}) == "ambiguous");
  BOOST_TEST(store.count() == before + 2);
  BOOST_TEST(refusal_of_headers({two, one}) == "ambiguous");
}

BOOST_AUTO_TEST_CASE(the_strongest_reason_is_told) {
  std::string forged = cookie_of(stored(R"({"a":1})"_json));
  forged.back() = forged.back() == 'A' ? 'B' : 'A';
  const std::string junk = std::string(kCookieName) + "=junk";
  BOOST_TEST(refusal_of_headers({junk}) == "malformed");
  BOOST_TEST(refusal_of_headers({forged}) == "bad-signature");
  BOOST_TEST(refusal_of_headers({junk + ";" + forged}) == "bad-signature");
  BOOST_TEST(refusal_of_headers({forged + ";" + junk}) == "bad-signature");
}

BOOST_AUTO_TEST_CASE(a_cookie_under_an_older_key_is_given_again_under_the_first) {
  Session session = stored(R"({"a":1})"_json);
  const std::string old_cookie = cookie_of(session);
  SessionManager rotated = make_manager(rotated_options());
  Session found = opened(rotated, old_cookie);
  const std::string given = found.set_cookie().value();
  BOOST_TEST(given.starts_with("__Host-session=v1.k2." + session.id() + ".1800000000."));
  const std::string new_cookie = given.substr(0, given.find(';'));
  BOOST_TEST(!opened(rotated, new_cookie).set_cookie().has_value());
  BOOST_TEST(!opened(rotated, old_cookie + "; " + new_cookie).set_cookie().has_value());
  BOOST_TEST(!opened(rotated, new_cookie + "; " + old_cookie).set_cookie().has_value());
}

BOOST_AUTO_TEST_CASE(a_cookie_given_again_keeps_its_time_so_that_rotation_prolongs_nothing) {
  Session session = stored(R"({"a":1})"_json);
  const std::string old_cookie = cookie_of(session);
  clock.advance(20min);
  SessionManager rotated = make_manager(rotated_options());
  BOOST_TEST(opened(rotated, old_cookie).set_cookie().value().find(".1800000000.") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_cookie_as_old_as_the_absolute_timeout_is_expired_without_asking_the_store) {
  Session session = stored(R"({"a":1})"_json);
  const std::string cookie = cookie_of(session);
  clock.set_unix(clock.unix_now() + 12h - 1s);
  BOOST_TEST(refusal_of_headers({cookie}) == "a session");
  clock.set_unix(clock.unix_now() + 1s);
  const int before = store.count();
  BOOST_TEST(refusal_of_headers({cookie}) == "expired");
  BOOST_TEST(store.count() == before);
}

BOOST_AUTO_TEST_CASE(a_regenerated_session_expires_by_when_it_was_created) {
  Session session = stored(R"({"a":1})"_json);
  clock.advance(20min);
  run(session.regenerate());
  const std::string cookie = cookie_of(session);
  clock.set_unix(seconds(1'800'000'000) + 12h);
  BOOST_TEST(refusal_of_headers({cookie}) == "expired");
}

BOOST_AUTO_TEST_CASE(a_store_that_fails_is_an_outage_and_no_refusal) {
  const std::string cookie = cookie_of(stored(R"({"a":1})"_json));
  store.fail_all();
  BOOST_TEST(refusal_of_headers({cookie}) == "an outage");
  BOOST_TEST(refusal_of_headers({}) == "absent");
}

BOOST_AUTO_TEST_CASE(a_record_that_is_not_ours_is_malformed) {
  Session session = stored(R"({"a":1})"_json);
  (void)erase(memory, key_of(session));
  (void)create(memory, key_of(session), R"({"cookie":{}})");
  BOOST_TEST(refusal_of_headers({cookie_of(session)}) == "malformed");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(manager_at, Managers)

BOOST_AUTO_TEST_CASE(a_session_is_made_and_found_again_by_the_id_that_the_program_chose) {
  Session session = at(manager, kNamed);
  BOOST_TEST(session.is_new());
  BOOST_TEST(outcome(run(session.set("a", 1, Flush::now))) == "written");
  BOOST_TEST(to_text(at(other, kNamed).attributes()) == R"({"a":1})");
  BOOST_TEST(at(other, "another").is_new());
}

BOOST_AUTO_TEST_CASE(two_that_race_to_create_it_both_keep_what_they_set) {
  Session one = at(manager, kNamed);
  Session two = at(other, kNamed);
  BOOST_TEST(outcome(run(one.set("a", 1, Flush::now))) == "written");
  BOOST_TEST(outcome(run(two.set("b", 2, Flush::now))) == "written");
  BOOST_TEST(to_text(at(manager, kNamed).attributes()) == R"({"a":1,"b":2})");
  BOOST_TEST(memory.stats().entries == 1U);
}

BOOST_AUTO_TEST_CASE(two_that_race_to_create_and_end_it_leave_none_or_one) {
  Session two = at(other, kNamed);
  run(two.set("b", 2));
  store.before(ScriptedStore::create_call, [&] { run(at(manager, kNamed).set("a", 1, Flush::now)); });
  store.before(ScriptedStore::replace_call, [&] { run(at(manager, kNamed).destroy()); });
  BOOST_TEST(outcome(run(two.flush())) == "gone");
  BOOST_TEST(memory.stats().entries == 0U);
}

// A regenerate of what was new when it was read, and had to wait for its turn.
BOOST_AUTO_TEST_CASE(after_a_regenerate_another_object_of_that_id_gets_its_turn) {
  Session one = at(manager, kNamed);
  run(one.set("a", 1));
  Session two = at(manager, kNamed);
  run(two.set("b", 2));
  const auto rival = [&] { run(at(other, kNamed).set("rival", store.count(), Flush::now)); };
  store.before(ScriptedStore::create_call, rival);
  store.before(ScriptedStore::replace_call, rival);
  BOOST_TEST(outcome(run(one.regenerate())) == "written");
  store.before(ScriptedStore::replace_call, rival);
  BOOST_TEST(outcome(run(two.flush())) == "written");
  const Json data = at(other, kNamed).attributes();
  BOOST_TEST(data.contains("a"));
  BOOST_TEST(data.contains("b"));
}

BOOST_AUTO_TEST_CASE(an_id_may_be_made_anew_after_its_session_was_destroyed) {
  Session session = at(manager, kNamed);
  run(session.set("a", 1, Flush::now));
  BOOST_TEST(outcome(run(at(other, kNamed).destroy())) == "written");
  BOOST_TEST(outcome(run(session.set("a", 2, Flush::now))) == "gone");
  BOOST_TEST(outcome(run(at(manager, kNamed).set("b", 1, Flush::now))) == "written");
  BOOST_TEST(to_text(at(other, kNamed).attributes()) == R"({"b":1})");
}

BOOST_AUTO_TEST_CASE(the_store_never_sees_the_id) {
  run(at(manager, kNamed).set("a", 1, Flush::now));
  BOOST_TEST(dialect.store_key(kNamed).find(kNamed) == std::string::npos);
  BOOST_TEST(holds(memory, dialect.store_key(kNamed)));
}

BOOST_AUTO_TEST_CASE(an_outage_and_a_foreign_record_are_told_apart_from_a_new_session) {
  (void)create(memory, dialect.store_key(kNamed), "somebody else's");
  BOOST_TEST((run(manager.at(kNamed)).error().kind == WriteFailure::Kind::malformed));
  store.fail_all();
  BOOST_TEST((run(manager.at("another")).error().kind == WriteFailure::Kind::store));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
