// A check asks the store how long its session has left only if a touch may be due.

#include <chrono>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/session_fixture.h"
#include "tests/support/store_calls.h"

namespace session::test {
namespace {

using namespace std::chrono_literals;

struct Resting : SessionFixture {
  Resting() { store.tell_no_more_than_asked(); }

  Session read(std::string_view header, Touch touch = Touch::on) {
    const std::vector<std::string_view> headers = {header};
    auto found = run(manager.open(headers, OpenTerms(touch, true)));
    if (!found || !found->session) throw std::runtime_error("no session for the cookie");
    return std::move(*found->session);
  }
  std::string refusal_to_read(std::string_view header) {
    const std::vector<std::string_view> headers = {header};
    return std::string(to_text(run(manager.open(headers, OpenTerms(Touch::on, true)))->refusal));
  }
  // What the loads of one read ask for, in letters: `t` with the time left, `-` without.
  std::string asks() {
    const std::size_t before = store.loads().size();
    (void)read(cookie);
    std::string letters;
    for (std::size_t i = before; i < store.loads().size(); ++i)
      letters += store.loads()[i].time_left ? 't' : '-';
    return letters;
  }
  // Until a read asks for no time left.
  void settle() {
    while (asks() != "-") {
    }
  }
  milliseconds left() { return load(memory, key)->time_left.value(); }

  Session alice = stored(R"({"user":"alice"})"_json);
  std::string cookie = cookie_of(alice);
  std::string key = key_of(alice);
};

BOOST_FIXTURE_TEST_SUITE(session_rest, Resting)

BOOST_AUTO_TEST_CASE(a_read_asks_for_the_time_left_only_when_a_touch_may_be_due) {
  BOOST_TEST(asks() == "t");
  BOOST_TEST(asks() == "t");
  BOOST_TEST(asks() == "-");
  clock.advance(59s);
  BOOST_TEST(asks() == "-");
  BOOST_TEST((left() == 30min - 59s));
  clock.advance(1s);
  BOOST_TEST(asks() == "t");
  BOOST_TEST((left() == 30min));
  BOOST_TEST(asks() == "-");
  BOOST_TEST(store.count(ScriptedStore::touch_call) == 1);
}

// The memory store says the time left with every load, so nothing is remembered of it.
BOOST_AUTO_TEST_CASE(a_store_that_says_the_time_for_nothing_is_asked_each_time) {
  BOOST_TEST(!memory.time_left_costs());
  BOOST_TEST(store.time_left_costs());
  SessionManager direct = make_manager(memory);
  const std::vector<std::string_view> headers = {cookie};
  for (int seconds = 0; seconds < 120; seconds += 30) {
    BOOST_TEST(run(direct.open(headers, OpenTerms(Touch::on, true)))->session.has_value());
    clock.advance(30s);
  }
  BOOST_TEST((left() > 29min - 1s));
}

BOOST_AUTO_TEST_CASE(a_busy_session_lives_on_and_is_touched_as_often_as_ever) {
  for (int seconds = 0; seconds < 3 * 3600; seconds += 10) {
    (void)read(cookie);
    BOOST_TEST((left() > 29min - 1s));
    clock.advance(10s);
  }
  BOOST_TEST(store.count(ScriptedStore::touch_call) == 3 * 60 - 1);
}

BOOST_AUTO_TEST_CASE(a_touch_after_somebody_else_shortened_the_time_is_late_by_no_more_than_touch_every) {
  settle();
  (void)touch(memory, key, 5min);
  BOOST_TEST(asks() == "-");
  clock.advance(60s);
  BOOST_TEST(asks() == "t");
  BOOST_TEST((left() == 30min));
}

BOOST_AUTO_TEST_CASE(what_somebody_else_extended_is_not_shortened) {
  settle();
  (void)touch(memory, key, 50min);
  clock.advance(60s);
  BOOST_TEST(asks() == "t");
  BOOST_TEST((left() == 49min));
  // The rest is no longer than a touch may be late.
  BOOST_TEST(asks() == "-");
  clock.advance(60s);
  BOOST_TEST(asks() == "t");
}

BOOST_AUTO_TEST_CASE(a_session_that_ended_or_expired_is_unknown_at_once) {
  settle();
  (void)touch(memory, key, 10s);
  clock.advance(10s);
  BOOST_TEST(refusal_to_read(cookie) == "unknown");
  Session bob = stored(R"({"user":"bob"})"_json);
  for (int i = 0; i < 3; ++i) (void)read(cookie_of(bob));
  run(opened(other, cookie_of(bob)).destroy());
  BOOST_TEST(refusal_to_read(cookie_of(bob)) == "unknown");
}

BOOST_AUTO_TEST_CASE(a_replaced_id_is_revoked_at_once_and_its_tombstone_stays_short) {
  settle();
  Session moved = opened(other, cookie);
  run(moved.regenerate());
  (void)touch(memory, key, 30min);  // of a request that was under way
  BOOST_TEST(refusal_to_read(cookie) == "revoked");
  BOOST_TEST((left() == kTombstoneTime));
}

BOOST_AUTO_TEST_CASE(a_record_that_was_written_is_asked_for_its_time_and_touched_if_it_is_due) {
  settle();
  const Bytes now = load(memory, key)->bytes;
  (void)run(memory.replace(key, now, Bytes(std::string(now.view()) + " "), StoreTerms(5min)));
  BOOST_TEST(asks() == "-t");
  BOOST_TEST((left() == 30min));
}

BOOST_AUTO_TEST_CASE(a_record_that_changes_all_the_time_is_loaded_once_per_read) {
  settle();
  std::string all;
  for (int i = 0; i < 5; ++i) {
    Session session = opened(other, cookie);
    run(session.set("n", i, Flush::now));
    all += asks();
  }
  BOOST_TEST(all == "-ttttt");
}

BOOST_AUTO_TEST_CASE(a_session_that_was_only_to_be_read_keeps_its_end_when_it_is_written) {
  settle();
  (void)touch(memory, key, 5min);
  Session session = read(cookie, Touch::off);
  BOOST_TEST(outcome(run(session.set("n", 1, Flush::now))) == "written");
  BOOST_TEST((left() == 5min));
  settle();
  (void)touch(memory, key, 5min);
  Session again = read(cookie, Touch::off);
  BOOST_TEST(outcome(run(again.regenerate())) == "written");
  BOOST_TEST((load(memory, key_of(again))->time_left == 5min));
}

BOOST_AUTO_TEST_CASE(a_session_that_was_only_to_be_read_and_has_ended_is_not_written) {
  settle();
  Session session = read(cookie);
  (void)erase(memory, key);
  BOOST_TEST(outcome(run(session.set("n", 1, Flush::now))) == "gone");
  BOOST_TEST(!holds(memory, key));
}

BOOST_AUTO_TEST_CASE(whoever_opens_a_session_to_write_it_asks_for_its_time) {
  settle();
  const std::size_t before = store.loads().size();
  (void)opened(manager, cookie);
  BOOST_TEST_REQUIRE(store.loads().size() == before + 1);
  BOOST_TEST(store.loads().back().time_left);
}

BOOST_AUTO_TEST_CASE(a_touch_that_fails_is_tried_again_by_the_next_read) {
  settle();
  clock.advance(60s);
  store.fail(ScriptedStore::touch_call);
  BOOST_TEST(asks() == "t");
  BOOST_TEST((left() == 29min));
  BOOST_TEST(asks() == "t");
  BOOST_TEST((left() == 30min));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
