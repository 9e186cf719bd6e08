// What comes between the steps of a move: other requests, the other side, failures, crashes.

#include <string>

#include <boost/test/unit_test.hpp>

#include "tests/support/migration_fixture.h"

namespace session::test {
namespace {

const std::string kAlice = R"({"user":"alice"})";
const std::string kNewer = R"({"n":1,"user":"alice"})";

struct Races : TakeoverFixture {
  // The calls of a move: two looks, create, erase_if; then the session is loaded.
  static constexpr int kErasing = 4;
  static constexpr int kCalls = 5;

  // "session-id attributes" of what a cookie opens, or why it opens nothing.
  std::string seen(SessionManager& with, const std::string& cookie) {
    auto found = open(with, cookie, Touch::on);
    if (!found) return found.error().kind == StoreFailure::Kind::contended ? "contended" : "an outage";
    if (!found->session) return std::string(to_text(found->refusal));
    return found->session->id() + " " + to_text(found->session->attributes());
  }
  static std::string moved(const std::string& id, const std::string& attributes) {
    return moved_id("express", id) + " " + attributes;
  }
  // A move that stops dead after it has made the new record.
  void crash_while_moving(const std::string& id, const std::string& attributes) {
    express_writes(id, attributes);
    store.fail(ScriptedStore::erase_if_call);
    BOOST_TEST(seen(manager, express_cookie(id)) == "an outage");
    BOOST_TEST(express_has(id));
    BOOST_TEST(held(moved_key(id)).has_value());
  }
  void nothing_opens(const std::string& id) {
    for (int i = 0; i < 2; ++i) {
      BOOST_TEST(refusal(express_cookie(id)) == "unknown");
      BOOST_TEST(refusal(moved_cookie(id)) == "unknown");
      clock.advance(kTombstoneTime);
    }
  }
};

BOOST_FIXTURE_TEST_SUITE(takeover_races, Races)

BOOST_AUTO_TEST_CASE(a_move_takes_as_many_calls_as_these_tests_think) {
  express_writes("one", kAlice);
  BOOST_TEST(seen(manager, express_cookie("one")) == moved("one", kAlice));
  BOOST_TEST(store.count() == kCalls);
  BOOST_TEST(seen(manager, express_cookie("one")) == moved("one", kAlice));
  BOOST_TEST(store.count() == kCalls + 2);
}

BOOST_AUTO_TEST_CASE(another_request_at_any_step_gets_the_same_session) {
  for (int step = 1; step <= kCalls; ++step) {
    const std::string id = std::to_string(step);
    express_writes(id, kAlice);
    std::string between;
    store.before(
        ScriptedStore::any_call, [&] { between = seen(other, express_cookie(id)); }, step);
    BOOST_TEST(seen(manager, express_cookie(id)) == moved(id, kAlice), step);
    BOOST_TEST(between == moved(id, kAlice), step);
    BOOST_TEST(!express_has(id));
  }
}

BOOST_AUTO_TEST_CASE(another_request_at_every_step_gets_the_same_session) {
  express_writes("one", kAlice);
  int between = 0;
  store.before_each(ScriptedStore::any_call, [&] {
    BOOST_TEST(seen(other, express_cookie("one")) == moved("one", kAlice));
    ++between;
  });
  BOOST_TEST(seen(manager, express_cookie("one")) == moved("one", kAlice));
  BOOST_TEST(between > 0);
}

BOOST_AUTO_TEST_CASE(a_write_here_at_any_step_is_kept) {
  for (int step = 1; step <= kCalls; ++step) {
    const std::string id = std::to_string(step);
    express_writes(id, kAlice);
    store.before(
        ScriptedStore::any_call,
        [&] {
          Session session = opened(other, express_cookie(id));
          BOOST_TEST(outcome(run(session.set("n", 1, Flush::now))) == "written");
        },
        step);
    BOOST_TEST(seen(manager, express_cookie(id)) == moved(id, kNewer), step);
    BOOST_TEST(data_of(moved_cookie(id)) == kNewer);
  }
}

BOOST_AUTO_TEST_CASE(a_login_here_at_any_step_is_kept) {
  for (int step = 1; step <= kCalls; ++step) {
    const std::string id = std::to_string(step);
    express_writes(id, R"({"cart":[1]})");
    std::string cookie;
    store.before(
        ScriptedStore::any_call,
        [&] {
          Session session = opened(other, express_cookie(id));
          BOOST_TEST(outcome(run(session.set("user", "alice", Flush::now))) == "written");
          cookie = cookie_of(session);
        },
        step);
    BOOST_TEST(seen(manager, express_cookie(id)) == "revoked", step);
    BOOST_TEST(data_of(cookie) == R"({"cart":[1],"user":"alice"})");
    BOOST_TEST(!express_has(id));
  }
}

BOOST_AUTO_TEST_CASE(a_logout_at_the_other_side_at_any_step_ends_it_here) {
  for (int step = 1; step <= kErasing; ++step) {
    const std::string id = std::to_string(step);
    express_writes(id, kAlice);
    store.before(
        ScriptedStore::any_call, [&] { express_destroys(id); }, step);
    BOOST_TEST(seen(manager, express_cookie(id)) == "unknown", step);
    nothing_opens(id);
  }
}

BOOST_AUTO_TEST_CASE(a_logout_at_the_other_side_ends_what_was_written_here_meanwhile) {
  express_writes("one", kAlice);
  store.before(ScriptedStore::erase_if_call, [&] {
    express_destroys("one");
    Session session = opened(other, express_cookie("one"));
    BOOST_TEST(outcome(run(session.set("n", 1, Flush::now))) == "written");
  });
  BOOST_TEST(seen(manager, express_cookie("one")) == "unknown");
  nothing_opens("one");
}

// session-store leaves an empty record when somebody logs out.
BOOST_AUTO_TEST_CASE(a_logout_that_leaves_an_empty_record_ends_what_was_written_here_meanwhile) {
  session_store_writes("one", kAlice);
  const std::string old = session_store_cookie("one");
  std::string native;
  store.before(ScriptedStore::erase_if_call, [&] {
    session_store_writes("one", "{}");
    Session session = opened(other, old);
    BOOST_TEST(outcome(run(session.set("n", 1, Flush::now))) == "written");
    native = cookie_of(session);
  });
  BOOST_TEST(seen(manager, old) == "unknown");
  BOOST_TEST(refusal(native) == "unknown");
  BOOST_TEST(refusal(old) == "unknown");
}

BOOST_AUTO_TEST_CASE(a_logout_at_the_last_attempt_ends_what_was_written_here_meanwhile) {
  for (const bool empty : {false, true}) {
    const std::string id = empty ? "empty" : "absent";
    session_store_writes(id, kAlice);
    const std::string old = session_store_cookie(id);
    std::string native;
    int n = 0;
    store.before_each(ScriptedStore::erase_if_call, [&] {
      if (++n > 3) return;
      session_store_writes(id, R"({"n":)" + std::to_string(n) + "}");
      if (n < 3) return;
      empty ? session_store_writes(id, "{}") : (void)run(memory.erase(session_store.store_key(id)));
      Session session = opened(other, old);
      BOOST_TEST(outcome(run(session.set("m", 1, Flush::now))) == "written");
      native = cookie_of(session);
    });
    BOOST_TEST(seen(manager, old) == "unknown", id);
    store.before_each(ScriptedStore::erase_if_call, nullptr);
    BOOST_TEST(refusal(native) == "unknown", id);
    BOOST_TEST(refusal(old) == "unknown", id);
  }
}

BOOST_AUTO_TEST_CASE(the_old_cookie_is_dead_after_a_regenerate_whatever_a_crash_left) {
  crash_while_moving("one", kAlice);
  Session session = opened(manager, express_cookie("one"));
  BOOST_TEST(outcome(run(session.regenerate())) == "written");
  BOOST_TEST(!express_has("one"));
  BOOST_TEST(refusal(express_cookie("one")) == "revoked");
  clock.advance(kTombstoneTime);
  BOOST_TEST(refusal(express_cookie("one")) == "unknown");
  BOOST_TEST(data_of(cookie_of(session)) == kAlice);
}

BOOST_AUTO_TEST_CASE(a_logout_here_at_any_step_ends_it) {
  for (int step = 1; step <= kCalls; ++step) {
    const std::string id = std::to_string(step);
    express_writes(id, kAlice);
    store.before(
        ScriptedStore::any_call, [&] { BOOST_TEST(change("DELETE", express_cookie(id)).status == 204); },
        step);
    BOOST_TEST(seen(other, express_cookie(id)) == "unknown", step);
    nothing_opens(id);
  }
}

// The move that was under way when the session ended can't even begin it anew and crash.
BOOST_AUTO_TEST_CASE(a_logout_here_is_final_although_a_slow_move_then_fails) {
  express_writes("one", kAlice);
  store.before(ScriptedStore::create_call, [&] {
    BOOST_TEST(change("DELETE", express_cookie("one")).status == 204);
    store.fail(ScriptedStore::erase_if_call);
  });
  (void)seen(other, express_cookie("one"));
  nothing_opens("one");
}

BOOST_AUTO_TEST_CASE(a_write_at_the_other_side_at_any_step_moves_along) {
  for (int step = 1; step <= kErasing; ++step) {
    const std::string id = std::to_string(step);
    express_writes(id, kAlice);
    store.before(
        ScriptedStore::any_call, [&] { express_writes(id, kNewer); }, step);
    BOOST_TEST(seen(manager, express_cookie(id)) == moved(id, kNewer), step);
    BOOST_TEST(!express_has(id));
  }
}

BOOST_AUTO_TEST_CASE(another_request_sees_a_session_also_while_a_write_at_the_other_side_moves_along) {
  for (int step = kErasing + 1; step <= kErasing + 4; ++step) {
    const std::string id = std::to_string(step);
    express_writes(id, kAlice);
    store.before(ScriptedStore::erase_if_call, [&] { express_writes(id, kNewer); });
    std::string between;
    store.before(
        ScriptedStore::any_call, [&] { between = seen(other, express_cookie(id)); }, step);
    BOOST_TEST(seen(manager, express_cookie(id)) == moved(id, kNewer), step);
    BOOST_TEST(between.starts_with(moved_id("express", id)), between);
  }
}

BOOST_AUTO_TEST_CASE(a_write_here_counts_more_than_one_at_the_other_side) {
  express_writes("one", kAlice);
  store.before(ScriptedStore::erase_if_call, [&] {
    Session session = opened(other, express_cookie("one"));
    BOOST_TEST(outcome(run(session.set("n", 1, Flush::now))) == "written");
    express_writes("one", R"({"n":2,"user":"alice"})");
  });
  BOOST_TEST(seen(manager, express_cookie("one")) == moved("one", kNewer));
  clock.advance(seconds(60));
  BOOST_TEST(seen(manager, moved_cookie("one")) == moved("one", kNewer));
  BOOST_TEST(!express_has("one"));
}

BOOST_AUTO_TEST_CASE(a_session_that_the_other_side_keeps_writing_stays_there) {
  express_writes("one", kAlice);
  int n = 0;
  store.before_each(ScriptedStore::erase_if_call,
                    [&] { express_writes("one", R"({"n":)" + std::to_string(++n) + "}"); });
  BOOST_TEST(seen(manager, express_cookie("one")) == "contended");
  BOOST_TEST(text_at(moved_key("one")) == "nothing");
  store.before_each(ScriptedStore::erase_if_call, nullptr);
  BOOST_TEST(seen(manager, express_cookie("one")) == moved("one", R"({"n":)" + std::to_string(n) + "}"));
}

BOOST_AUTO_TEST_CASE(a_record_that_the_other_side_breaks_meanwhile_does_not_move) {
  express_writes("one", kAlice);
  store.before(ScriptedStore::erase_if_call, [&] { put(express.store_key("one"), "{broken"); });
  BOOST_TEST(seen(manager, express_cookie("one")) == "malformed");
  BOOST_TEST(text_at(moved_key("one")) == "nothing");
  BOOST_TEST(text_at(express.store_key("one")) == "{broken");
}

BOOST_AUTO_TEST_CASE(a_store_that_fails_at_any_step_logs_nobody_out) {
  for (int step = 1; step <= kCalls; ++step) {
    for (const bool lost : {false, true}) {
      const std::string id = std::to_string(step) + (lost ? "lost" : "failed");
      express_writes(id, kAlice);
      lost ? store.lose_answer(ScriptedStore::any_call, step) : store.fail(ScriptedStore::any_call, step);
      BOOST_TEST(seen(manager, express_cookie(id)) == "an outage", id);
      BOOST_TEST(seen(other, express_cookie(id)) == moved(id, kAlice), id);
      clock.advance(seconds(60));
      BOOST_TEST(seen(other, moved_cookie(id)) == moved(id, kAlice), id);
      BOOST_TEST(!express_has(id), id);
      BOOST_TEST(text_at(moved_key(id)).find("from") == std::string::npos);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_store_that_fails_while_a_changed_record_moves_along_logs_nobody_out) {
  for (int step = kErasing; step <= kErasing + 3; ++step) {
    for (const bool lost : {false, true}) {
      const std::string id = std::to_string(step) + (lost ? "lost" : "failed");
      express_writes(id, kAlice);
      store.before(ScriptedStore::erase_if_call, [&] { express_writes(id, kNewer); });
      lost ? store.lose_answer(ScriptedStore::any_call, step) : store.fail(ScriptedStore::any_call, step);
      BOOST_TEST(seen(manager, express_cookie(id)) == "an outage", id);
      const std::string next = seen(other, express_cookie(id));
      // An erase_if whose answer is lost may have been the end of the move.
      const bool unknowable = step == kErasing;
      BOOST_TEST(next == moved(id, unknowable ? kAlice : kNewer), id);
    }
  }
}

BOOST_AUTO_TEST_CASE(what_a_crash_left_goes_when_the_session_is_used_a_minute_later) {
  for (const bool native : {false, true}) {
    const std::string id = native ? "native" : "old";
    crash_while_moving(id, kAlice);
    const std::string cookie = native ? moved_cookie(id) : express_cookie(id);
    clock.advance(seconds(59));
    BOOST_TEST(seen(manager, cookie) == moved(id, kAlice));
    BOOST_TEST(express_has(id));
    clock.advance(seconds(1));
    BOOST_TEST(seen(manager, cookie) == moved(id, kAlice));
    BOOST_TEST(!express_has(id));
    const int before = store.count();
    BOOST_TEST(seen(manager, moved_cookie(id)) == moved(id, kAlice));
    BOOST_TEST(store.count() == before + 1);
  }
}

BOOST_AUTO_TEST_CASE(what_moved_and_is_too_large_for_the_policy_is_asked_for_its_old_record_only_once) {
  express_writes("one", R"({"p":"small"})");
  (void)opened(manager, express_cookie("one"));
  std::string record = text_at(moved_key("one"));
  put(moved_key("one"), record.replace(record.find("small"), 5, std::string(70'000, 'p')));
  clock.advance(seconds(60));
  (void)opened(manager, moved_cookie("one"));
  BOOST_TEST(text_at(moved_key("one")).find("from") == std::string::npos);
  const int before = store.count();
  (void)opened(manager, moved_cookie("one"));
  BOOST_TEST(store.count() == before + 1);
}

BOOST_AUTO_TEST_CASE(what_a_crash_left_is_no_reason_to_fail_or_to_extend_a_session) {
  crash_while_moving("one", kAlice);
  clock.advance(std::chrono::minutes(10));
  for (const auto call : {ScriptedStore::erase_if_call, ScriptedStore::replace_call}) {
    store.fail(call);
    BOOST_TEST((open(manager, moved_cookie("one"), Touch::off)->session.has_value()));
  }
  Session session = opened(manager, moved_cookie("one"));
  BOOST_TEST(!express_has("one"));
  BOOST_TEST((held(moved_key("one"))->time_left == std::chrono::minutes(20)));
  BOOST_TEST(outcome(run(session.set("n", 1, Flush::now))) == "written");
  BOOST_TEST(data_of(moved_cookie("one")) == kNewer);
}

BOOST_AUTO_TEST_CASE(a_logout_after_a_crash_is_final_whichever_cookies_it_carries) {
  for (int i = 0; i < 3; ++i) {
    const std::string id = std::to_string(i);
    crash_while_moving(id, kAlice);
    const std::string old = express_cookie(id);
    const std::string native = moved_cookie(id);
    const std::string sent = i == 0 ? old : i == 1 ? native : native + "; " + old;
    BOOST_TEST(change("DELETE", sent).status == 204);
    BOOST_TEST(!express_has(id));
    nothing_opens(id);
  }
}

BOOST_AUTO_TEST_CASE(a_logout_after_a_crash_and_a_login_is_final_whichever_cookies_it_carries) {
  for (int i = 0; i < 3; ++i) {
    const std::string id = std::to_string(i);
    crash_while_moving(id, R"({"cart":[1]})");
    const auto login = commit(moved_cookie(id), "SESSION_SET", kAlice);
    const std::string old = express_cookie(id);
    const std::string native = given_cookie(login);
    const std::string sent = i == 0 ? old : i == 1 ? native : native + "; " + old;
    BOOST_TEST(change("DELETE", sent).status == 204);
    BOOST_TEST(refusal(native) == "unknown");
    BOOST_TEST(!express_has(id));
    clock.advance(kTombstoneTime);
    nothing_opens(id);
  }
}

BOOST_AUTO_TEST_CASE(what_a_login_could_not_erase_goes_when_the_session_is_used_a_minute_later) {
  crash_while_moving("one", R"({"cart":[1]})");
  store.fail(ScriptedStore::erase_if_call);
  const std::string native = given_cookie(commit(moved_cookie("one"), "SESSION_SET", kAlice));
  clock.advance(seconds(60));
  BOOST_TEST(auth(native).status == 204);
  BOOST_TEST(!express_has("one"));
  BOOST_TEST(refusal(express_cookie("one")) == "revoked");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
