#include <chrono>
#include <optional>
#include <set>
#include <string>

#include <boost/test/unit_test.hpp>

#include "core/session/session.h"
#include "tests/support/session_fixture.h"

// Two requests that change one session at once. The store double lets the rival act between any two store
// calls of the other, so that every order is tried.
namespace session::test {
namespace {

using namespace std::chrono_literals;

constexpr int kMaxCalls = 12;  // that one change makes, at the most
const std::string kActs[] = {"set", "login", "destroy", "regenerate"};

std::string act(const std::string& what, const std::string& who, Session& session) {
  if (what == "set") return outcome(run(session.set(who, 1, Flush::now)));
  if (what == "login") return outcome(run(session.set("user", who, Flush::now)));
  if (what == "destroy") return outcome(run(session.destroy()));
  return outcome(run(session.regenerate()));
}

// One session, changed by two.
struct Race : SessionFixture {
  // Plays it with the rival before the nth store call of the first. `stale`: the rival has read the session
  // before either changed it; else it reads it when its turn comes. False: the first did not make so many
  // calls.
  bool play(const std::string& first, const std::string& second, int nth, bool stale) {
    Session session = stored(R"({"old":1})"_json);
    const std::string cookie = cookie_of(session);
    ids.insert(session.id());
    Session mine = opened(manager, cookie);
    std::optional<Session> theirs;
    if (stale) theirs.emplace(opened(other, cookie));
    bool played = false;
    store.before(
        ScriptedStore::any_call,
        [&] {
          played = true;
          if (!theirs && refusal(cookie) == "a session") theirs.emplace(opened(other, cookie));
          rival = theirs ? act(second, "rival", *theirs) : "refused";
        },
        nth);
    outcome_of_mine = act(first, "mine", mine);
    if (!played) return false;
    ids.insert(mine.id());
    if (theirs) ids.insert(theirs->id());
    for (const std::string& id : ids) {
      const std::string header = std::string(kCookieName) + "=" + dialect.cookie(id, clock.unix_now());
      if (refusal(header) == "a session") alive.insert(header);
    }
    return true;
  }

  [[nodiscard]] bool written(const std::string& what, const std::string& first,
                             const std::string& second) const {
    return (first == what && outcome_of_mine == "written") || (second == what && rival == "written");
  }

  std::string outcome_of_mine;
  std::string rival;
  std::set<std::string> ids;
  std::set<std::string> alive;  // cookies that still open a session
};

// What must be true whoever came first.
void check_after(Race& race, const std::string& first, const std::string& second) {
  BOOST_TEST(race.alive.size() <= 1U);
  BOOST_TEST((race.outcome_of_mine == "written" || race.outcome_of_mine == "gone"));
  BOOST_TEST((race.rival == "written" || race.rival == "gone" || race.rival == "refused"));
  BOOST_TEST((race.outcome_of_mine == "written" || race.rival == "written"));
  if (race.written("destroy", first, second)) {
    BOOST_TEST(race.alive.empty());
    BOOST_TEST(race.memory.stats().entries <= 1U);  // a tombstone, if anything
    return;
  }
  BOOST_TEST_REQUIRE(race.alive.size() == 1U);
  const Json data = Json::parse(race.data_of(*race.alive.begin()));
  BOOST_TEST(data.contains("old"));
  if (first == "set") BOOST_TEST(data.contains("mine") == (race.outcome_of_mine == "written"));
  if (second == "set") BOOST_TEST(data.contains("rival") == (race.rival == "written"));
  if (race.written("login", first, second)) BOOST_TEST(data.contains("user"));
  if (race.written("login", first, second) || race.written("regenerate", first, second)) {
    BOOST_TEST(race.ids.size() >= 2U);
  }
}

BOOST_AUTO_TEST_SUITE(session_races)

BOOST_AUTO_TEST_CASE(in_every_order_one_session_is_left_or_none_and_nothing_written_is_lost) {
  int races = 0;
  for (const std::string& first : kActs) {
    for (const std::string& second : kActs) {
      for (const bool stale : {false, true}) {
        for (int nth = 1; nth <= kMaxCalls; ++nth) {
          Race race;
          if (!race.play(first, second, nth, stale)) break;
          BOOST_TEST_CONTEXT(first << " against " << second << " before call " << nth
                                   << (stale ? ", stale" : "")) {
            check_after(race, first, second);
          }
          BOOST_TEST_REQUIRE(nth < kMaxCalls);
          ++races;
        }
      }
    }
  }
  BOOST_TEST(races >= 2 * 16);
}

BOOST_FIXTURE_TEST_CASE(a_destroy_ends_the_session_also_under_an_id_that_it_got_meanwhile, SessionFixture) {
  const std::string cookie = cookie_of(stored(R"({"user":"alice"})"_json));
  Session stale = opened(manager, cookie);
  Session moved = opened(other, cookie);
  BOOST_TEST(outcome(run(moved.regenerate())) == "written");
  BOOST_TEST(outcome(run(stale.destroy())) == "written");
  BOOST_TEST(refusal(cookie_of(moved)) == "unknown");
  BOOST_TEST(stale.history().size() == 1U);
  BOOST_TEST(stale.history().front().session == manager.log_id_of(key_of(moved)));
}

BOOST_FIXTURE_TEST_CASE(changes_to_different_keys_through_two_objects_are_both_kept, SessionFixture) {
  const std::string cookie = cookie_of(stored(R"({"old":1})"_json));
  Session one = opened(manager, cookie);
  Session two = opened(other, cookie);
  run(one.set("a", 1));
  run(one.unset("old"));
  run(two.set("b", 2));
  BOOST_TEST(outcome(run(one.flush())) == "written");
  BOOST_TEST(outcome(run(two.flush())) == "written");
  BOOST_TEST(data_of(cookie) == R"({"a":1,"b":2})");
  BOOST_TEST(to_text(two.attributes()) == R"({"a":1,"b":2})");
}

BOOST_FIXTURE_TEST_CASE(of_two_changes_to_one_key_the_later_flush_wins, SessionFixture) {
  const std::string cookie = cookie_of(stored(R"({"a":0})"_json));
  Session one = opened(manager, cookie);
  Session two = opened(other, cookie);
  run(two.set("a", 2));
  run(one.set("a", 1, Flush::now));
  run(two.flush());
  BOOST_TEST(data_of(cookie) == R"({"a":2})");
}

BOOST_FIXTURE_TEST_CASE(a_hundred_interleaved_changes_are_all_kept, SessionFixture) {
  const std::string cookie = cookie_of(stored(R"({"x":0})"_json));
  Session one = opened(manager, cookie);
  for (int i = 0; i < 100; ++i) {
    store.before(ScriptedStore::replace_call, [&, i] {
      Session rival = opened(other, cookie);
      run(rival.set("rival" + std::to_string(i), i, Flush::now));
    });
    BOOST_TEST(outcome(run(one.set("mine" + std::to_string(i), i, Flush::now))) == "written");
  }
  BOOST_TEST(Json::parse(data_of(cookie)).size() == 201U);
}

BOOST_FIXTURE_TEST_CASE(a_set_after_a_destroy_does_not_bring_the_session_back, SessionFixture) {
  const std::string cookie = cookie_of(stored(R"({"user":"alice"})"_json));
  Session one = opened(manager, cookie);
  Session two = opened(other, cookie);
  BOOST_TEST(outcome(run(one.destroy())) == "written");
  BOOST_TEST(outcome(run(two.set("a", 1, Flush::now))) == "gone");
  BOOST_TEST(outcome(run(two.set("user", "bob", Flush::now))) == "gone");
  BOOST_TEST(outcome(run(two.regenerate())) == "gone");
  BOOST_TEST(memory.stats().entries == 0U);
}

BOOST_FIXTURE_TEST_CASE(a_rival_that_logs_in_first_is_not_overwritten, SessionFixture) {
  const std::string cookie = cookie_of(stored(R"({"cart":1})"_json));
  Session one = opened(manager, cookie);
  Session two = opened(other, cookie);
  store.before(ScriptedStore::replace_call, [&] { run(two.set("user", "alice", Flush::now)); });
  BOOST_TEST(outcome(run(one.set("user", "mallory", Flush::now))) == "gone");
  BOOST_TEST(data_of(cookie_of(two)) == R"({"cart":1,"user":"alice"})");
  BOOST_TEST(memory.stats().entries == 2U);  // alice's session and the tombstone
}

BOOST_FIXTURE_TEST_CASE(a_touch_does_not_bring_back_what_was_destroyed_meanwhile, SessionFixture) {
  const std::string cookie = cookie_of(stored(R"({"a":1})"_json));
  clock.advance(10min);
  store.before(ScriptedStore::touch_call, [&] {
    Session rival = opened(other, cookie);
    BOOST_TEST(outcome(run(rival.destroy())) == "written");
  });
  BOOST_TEST(!open(manager, cookie)->session.has_value());  // the touch found out
  BOOST_TEST(store.count(ScriptedStore::touch_call) == 1);
  BOOST_TEST(refusal(cookie) == "unknown");
  BOOST_TEST(memory.stats().entries == 0U);
}

BOOST_FIXTURE_TEST_CASE(a_touch_does_not_keep_a_replaced_id_revoked_for_longer_than_a_minute,
                        SessionFixture) {
  const std::string cookie = cookie_of(stored(R"({"a":1})"_json));
  clock.advance(10min);
  std::string new_cookie;
  store.before(ScriptedStore::touch_call, [&] {
    Session rival = opened(other, cookie);
    BOOST_TEST(outcome(run(rival.regenerate())) == "written");
    new_cookie = cookie_of(rival);
  });
  (void)open(manager, cookie);
  BOOST_TEST(refusal(cookie) == "revoked");
  BOOST_TEST(refusal(new_cookie) == "a session");
  clock.advance(60s);
  BOOST_TEST(refusal(cookie) == "unknown");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
