#include <chrono>
#include <memory>
#include <string>

#include <boost/test/unit_test.hpp>

#include "core/crypto/base64url.h"
#include "core/session/session.h"
#include "tests/support/graveless_format.h"
#include "tests/support/session_fixture.h"
#include "tests/support/store_calls.h"
#include "tests/support/whole_format.h"

// A new id whose last step, that the old one's record is replaced, is done or not, and the store's answer is
// lost: whoever was logged in stays so if the store can be asked again, and whoever was ended stays so.
namespace session::test {
namespace {

using namespace std::chrono_literals;

struct LostAnswers : SessionFixture {
  // A stored session, opened again; it gets a new id in a test.
  Session begin(SessionManager& with) {
    Session session = opened(with, cookie_of(stored(R"({"user":"alice"})"_json)));
    old_cookie = cookie_of(session);
    return session;
  }
  Session begin() { return begin(manager); }
  // No load is answered any more.
  void fail_loads_from_now_on() {
    store.before_each(ScriptedStore::load_call, [this] { store.fail(ScriptedStore::load_call, 0); });
  }
  static std::string given(const Session& session) {
    const std::string line = session.set_cookie().value_or("");
    return line.substr(0, line.find(';'));
  }

  SessionManager graveless{store, graveless_format(random), std::make_shared<Identity>(IdentitySettings()),
                           SessionManagerOptions(), clock};
  std::string old_cookie;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(session_lost_answers, LostAnswers)

BOOST_AUTO_TEST_CASE(a_new_id_that_the_store_has_given_is_told_although_its_answer_was_lost) {
  for (const std::string change : {"regenerate", "login"}) {
    Session session = begin();
    store.lose_answer(ScriptedStore::replace_call);
    const auto written =
        change == "login" ? run(session.set("user", "bob", Flush::now)) : run(session.regenerate());
    BOOST_TEST(outcome(written) == "written");
    BOOST_TEST(refusal(old_cookie) == "revoked");
    BOOST_TEST(given(session) == cookie_of(session));
    BOOST_TEST(data_of(given(session)) == (change == "login" ? R"({"user":"bob"})" : R"({"user":"alice"})"));
  }
}

BOOST_AUTO_TEST_CASE(what_the_store_did_not_do_is_tried_once_more) {
  Session session = begin();
  store.fail(ScriptedStore::replace_call);
  BOOST_TEST(outcome(run(session.regenerate())) == "written");
  BOOST_TEST(store.count(ScriptedStore::replace_call) == 2);
  BOOST_TEST(refusal(old_cookie) == "revoked");
  BOOST_TEST(data_of(given(session)) == R"({"user":"alice"})");
}

// As a packet that is sent again by the kernel: it arrives after the store was asked what it holds.
BOOST_AUTO_TEST_CASE(a_first_try_that_arrives_late_is_no_logout) {
  Session session = begin();
  const std::string old_key = key_of(session);
  const std::string tombstone = *dialect.tombstone(dialect.store_key(base64url("000000000000000000000002")));
  store.fail(ScriptedStore::replace_call);
  store.before(
      ScriptedStore::replace_call,
      [&] { (void)replace(memory, old_key, text_of(memory, old_key), tombstone); }, 2);
  BOOST_TEST(outcome(run(session.regenerate())) == "written");
  BOOST_TEST(data_of(given(session)) == R"({"user":"alice"})");
}

BOOST_AUTO_TEST_CASE(what_fails_again_leaves_the_old_session_and_nothing_else) {
  Session session = begin();
  store.before_each(ScriptedStore::replace_call, [&] { store.fail(ScriptedStore::replace_call, 0); });
  const auto written = run(session.regenerate());
  BOOST_TEST(outcome(written) == "store");
  BOOST_TEST(written.error().store.detail == "the test broke the store");
  BOOST_TEST(store.count(ScriptedStore::replace_call) == 2);
  BOOST_TEST(!session.set_cookie().has_value());
  BOOST_TEST(data_of(old_cookie) == R"({"user":"alice"})");
  BOOST_TEST(memory.stats().entries == 1U);
}

// The old record may be gone: then the new one is all there is.
BOOST_AUTO_TEST_CASE(what_cannot_be_looked_up_is_told_as_a_failure_and_the_new_record_stays) {
  for (const bool done : {false, true}) {
    LostAnswers fixture;
    Session session = fixture.begin();
    if (done) fixture.store.lose_answer(ScriptedStore::replace_call);
    if (!done) fixture.store.fail(ScriptedStore::replace_call);
    fixture.fail_loads_from_now_on();
    BOOST_TEST(outcome(run(session.regenerate())) == "store");
    BOOST_TEST(!session.set_cookie().has_value());
    BOOST_TEST(fixture.memory.stats().entries == 2U);
  }
}

BOOST_AUTO_TEST_CASE(nothing_is_looked_up_after_the_deadline) {
  Session session = begin();
  const int loads = store.count(ScriptedStore::load_call);
  store.before(ScriptedStore::replace_call, [&] { clock.advance(2s); });
  store.lose_answer(ScriptedStore::replace_call);
  BOOST_TEST(outcome(run(session.regenerate())) == "store");
  BOOST_TEST(store.count(ScriptedStore::load_call) == loads);
  BOOST_TEST(memory.stats().entries == 2U);
}

BOOST_AUTO_TEST_CASE(a_change_that_came_between_is_kept) {
  Session session = begin();
  store.fail(ScriptedStore::replace_call);
  store.before(ScriptedStore::load_call, [&] { run(opened(other, old_cookie).set("cart", 1, Flush::now)); });
  BOOST_TEST(outcome(run(session.regenerate())) == "written");
  BOOST_TEST(refusal(old_cookie) == "revoked");
  BOOST_TEST(data_of(given(session)) == R"({"cart":1,"user":"alice"})");
}

BOOST_AUTO_TEST_CASE(a_session_that_another_ended_or_moved_meanwhile_does_not_live_on) {
  for (const bool ended : {false, true}) {
    LostAnswers fixture;
    Session session = fixture.begin();
    Session rival = fixture.opened(fixture.other, fixture.old_cookie);
    fixture.store.fail(ScriptedStore::replace_call);
    fixture.store.before(ScriptedStore::load_call,
                         [&] { (void)(ended ? run(rival.destroy()) : run(rival.regenerate())); });
    BOOST_TEST(outcome(run(session.regenerate())) == "gone");
    BOOST_TEST(!session.set_cookie().has_value());
    BOOST_TEST(fixture.memory.stats().entries == (ended ? 0U : 2U));  // the rival's, and the tombstone
  }
}

// Erased by this one or by somebody's destroy, which must hold: it can't be told.
// The copy is left to expire under an id that nobody has; that the store failed is told.
BOOST_AUTO_TEST_CASE(without_a_tombstone_an_id_that_is_gone_is_an_outage_and_no_answer) {
  Session session = begin(graveless);
  store.lose_answer(ScriptedStore::erase_if_call);
  BOOST_TEST(outcome(run(session.regenerate())) == "store");
  BOOST_TEST(!session.set_cookie().has_value());
  BOOST_TEST(memory.stats().entries == 1U);
}

BOOST_AUTO_TEST_CASE(without_a_tombstone_what_was_not_done_is_tried_once_more) {
  Session session = begin(graveless);
  store.fail(ScriptedStore::erase_if_call);
  BOOST_TEST(outcome(run(session.regenerate())) == "written");
  BOOST_TEST(refusal(old_cookie) == "unknown");
  BOOST_TEST(data_of(given(session)) == R"({"user":"alice"})");
  BOOST_TEST(memory.stats().entries == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
