#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "core/crypto/base64url.h"
#include "core/session/session.h"
#include "tests/support/forwarding_store.h"
#include "tests/support/session_fixture.h"
#include "tests/support/store_calls.h"

// Sessions against limits and failures: records too large or not ours, races without end, a store that
// breaks.
namespace session::test {
namespace {

using namespace std::chrono_literals;

struct Limits : SessionFixture {
  Limits() {
    SessionManagerOptions options;
    options.policy.max_bytes = 200;
    options.write_deadline = 2s;
    small.emplace(store, native_format(format_options(), random),
                  std::make_shared<Identity>(IdentitySettings()), std::move(options), clock);
  }
  std::string record(const Session& session) { return text_of(memory, key_of(session)); }
  // The cookie of the id that the nth call of the random source makes.
  std::string cookie_of_id(int nth) {
    std::string number = std::to_string(nth);
    number.insert(0, 24 - number.size(), '0');
    return std::string(kCookieName) + "=" + dialect.cookie(base64url(number), clock.unix_now());
  }

  std::optional<SessionManager> small;
};

BOOST_FIXTURE_TEST_SUITE(session_size, Limits)

BOOST_AUTO_TEST_CASE(a_record_of_exactly_the_limit_is_written) {
  Session session = small->create();
  const std::size_t around = dialect.encode(record_with(clock.unix_now(), R"({"p":""})"_json)).size();
  BOOST_TEST(outcome(run(session.set("p", std::string(200 - around, 'p'), Flush::now))) == "written");
  BOOST_TEST(record(session).size() == 200U);
  BOOST_TEST(outcome(run(session.set("p", std::string(201 - around, 'p'), Flush::now))) == "too_large");
}

BOOST_AUTO_TEST_CASE(a_change_that_is_too_large_leaves_the_store_as_it_was) {
  const std::string cookie = cookie_of(stored(R"({"user":"alice"})"_json));
  Session session = opened(*small, cookie);
  const std::string before = record(session);
  BOOST_TEST(outcome(run(session.set("p", std::string(200, 'p'), Flush::now))) == "too_large");
  BOOST_TEST(outcome(session.writable()) == "too_large");
  BOOST_TEST(record(session) == before);
  run(session.unset("p"));
  BOOST_TEST(outcome(session.writable()) == "written");
  BOOST_TEST(outcome(run(session.flush())) == "written");
}

// A reload prepares managers for the next configuration beside those in use.
BOOST_AUTO_TEST_CASE(each_manager_reads_under_the_limit_of_its_own_policy) {
  struct : ForwardingStore {
    using ForwardingStore::ForwardingStore;
    Answer<std::optional<Entry>> load(std::string key, LoadTerms terms) override {
      asked.push_back(terms.max_bytes);
      return inner_.load(std::move(key), terms);
    }
    std::vector<std::size_t> asked;
  } noting{memory};
  const auto manager_with = [&](std::size_t max_bytes) {
    SessionManagerOptions options;
    options.policy.max_bytes = max_bytes;
    return SessionManager(noting, native_format(format_options(), random),
                          std::make_shared<Identity>(IdentitySettings()), std::move(options), clock);
  };
  const std::string cookie = cookie_of(stored(R"({"user":"alice"})"_json));
  SessionManager in_use = manager_with(1 << 20);
  SessionManager prepared = manager_with(1 << 10);
  for (SessionManager* each : {&in_use, &prepared, &in_use})
    BOOST_TEST(open(*each, cookie)->session.has_value());
  const std::size_t larger = 2 << 20;
  const std::size_t smaller = (1 << 10) + (64 << 10);
  BOOST_TEST(noting.asked == (std::vector<std::size_t>{larger, smaller, larger}),
             boost::test_tools::per_element());
}

// A store that bounds the sessions of visitors has to know what a touch and a write prolong, and by how much.
BOOST_AUTO_TEST_CASE(a_touch_and_the_write_after_it_say_what_they_prolong) {
  struct : ForwardingStore {
    using ForwardingStore::ForwardingStore;
    Answer<TouchOutcome> touch(std::string key, StoreTerms terms) override {
      note(terms);
      return inner_.touch(std::move(key), terms);
    }
    Answer<ReplaceOutcome> replace(std::string key, Bytes expected, Bytes bytes, StoreTerms terms) override {
      note(terms);
      return inner_.replace(std::move(key), std::move(expected), std::move(bytes), terms);
    }
    void note(const StoreTerms& terms) {
      BOOST_TEST_REQUIRE(terms.former.has_value());
      const auto minutes = [](milliseconds time) { return std::to_string(time / 1min); };
      said += terms.retention == Retention::expendable ? "visitor " : "user ";
      said += std::to_string(terms.former->bytes) + " " + minutes(terms.former->time_left) + "->" +
              minutes(terms.ttl) + "\n";
    }
    std::string said;
  } noting{memory};
  SessionManager manager_of_noting(noting, native_format(format_options(), random),
                                   std::make_shared<Identity>(IdentitySettings()), {}, clock);
  for (const bool user : {false, true}) {
    Session begun = stored(user ? R"({"user":"alice"})"_json : R"({"theme":"dark"})"_json);
    const std::string cookie = cookie_of(begun);
    const std::string bytes = std::to_string(record(begun).size());
    const std::string who = user ? "user " : "visitor ";
    noting.said.clear();
    clock.advance(10min);
    Session session = opened(manager_of_noting, cookie, Touch::on);
    BOOST_TEST(noting.said == who + bytes + " 20->30\n");
    BOOST_TEST(outcome(run(session.set("cart", 1, Flush::now))) == "written");
    BOOST_TEST(noting.said == who + bytes + " 20->30\n" + who + bytes + " 30->30\n");
    const std::string grown = std::to_string(record(session).size());
    clock.advance(10min);
    noting.said.clear();
    BOOST_TEST(outcome(run(opened(manager_of_noting, cookie, Touch::off).regenerate())) == "written");
    BOOST_TEST(noting.said == who + grown + " 20->1\n");  // the tombstone
  }
}

BOOST_AUTO_TEST_CASE(a_session_over_the_limit_may_shrink_keep_its_size_and_go_on) {
  const std::string large = R"({"user":"alice","p":")" + std::string(300, 'p') + R"(","q":1})";
  const std::string cookie = cookie_of(stored(Json::parse(large)));
  Session session = opened(*small, cookie);
  BOOST_TEST(outcome(run(session.set("q", 2, Flush::now))) == "written");
  BOOST_TEST(outcome(run(session.set("q", 22, Flush::now))) == "too_large");
  run(session.set("q", 2));
  BOOST_TEST(outcome(run(session.regenerate())) == "written");
  BOOST_TEST(outcome(run(session.unset("q", Flush::now))) == "written");
  BOOST_TEST(outcome(run(session.set("p", std::string(250, 'p'), Flush::now))) == "written");
  BOOST_TEST(outcome(run(session.set("user", "bob", Flush::now))) == "written");
  BOOST_TEST(to_text(session.attributes()) == R"({"user":"bob"})");
}

BOOST_AUTO_TEST_CASE(a_session_without_a_subject_has_a_limit_of_its_own) {
  SessionManagerOptions options;
  options.policy.anonymous = {10min, 100};
  SessionManager strict = make_manager(format_options(), options);
  Session visitor = strict.create();
  BOOST_TEST(outcome(run(visitor.set("p", std::string(100, 'p'), Flush::now))) == "too_large");
  run(visitor.set("user", "alice"));
  BOOST_TEST(outcome(run(visitor.flush())) == "written");
  Session other_visitor = strict.create();
  BOOST_TEST(outcome(run(other_visitor.set("p", "p", Flush::now))) == "written");
  BOOST_TEST((load(memory, key_of(other_visitor))->time_left == 10min));
  BOOST_TEST((load(memory, key_of(visitor))->time_left == 30min));
  clock.advance(9min);
  (void)opened(strict, cookie_of(other_visitor), Touch::on);
  BOOST_TEST((load(memory, key_of(other_visitor))->time_left == 10min));
}

BOOST_AUTO_TEST_CASE(a_new_session_that_is_too_large_is_not_stored) {
  Session session = small->create();
  BOOST_TEST(outcome(run(session.set("p", std::string(200, 'p'), Flush::now))) == "too_large");
  BOOST_TEST(store.count() == 0);
  BOOST_TEST(!session.set_cookie().has_value());
}

BOOST_AUTO_TEST_CASE(a_login_that_is_too_large_keeps_the_session_of_before) {
  const std::string cookie = cookie_of(stored(R"({"a":1})"_json));
  Session session = opened(*small, cookie);
  run(session.set("p", std::string(200, 'p')));
  BOOST_TEST(outcome(run(session.set("user", "alice", Flush::now))) == "too_large");
  BOOST_TEST(data_of(cookie) == R"({"a":1})");
  BOOST_TEST(memory.stats().entries == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(session_foreign_records, Limits)

BOOST_AUTO_TEST_CASE(what_is_no_record_is_never_overwritten) {
  for (const std::string change : {"set", "regenerate", "login"}) {
    Session session = stored(R"({"a":1})"_json);
    const std::string key = key_of(session);
    (void)erase(memory, key);
    (void)create(memory, key, "somebody else's");
    if (change == "set") BOOST_TEST(outcome(run(session.set("a", 2, Flush::now))) == "malformed");
    if (change == "login") BOOST_TEST(outcome(run(session.set("user", "x", Flush::now))) == "malformed");
    if (change == "regenerate") BOOST_TEST(outcome(run(session.regenerate())) == "malformed");
    BOOST_TEST(text_of(memory, key) == "somebody else's");
    BOOST_TEST(!session.set_cookie().value().starts_with("__Host-session=;"));
    (void)erase(memory, key);
    BOOST_TEST(memory.stats().entries == 0U);  // nothing was left of a regenerate
  }
}

BOOST_AUTO_TEST_CASE(a_destroy_erases_what_is_no_record) {
  Session session = stored(R"({"a":1})"_json);
  const std::string key = key_of(session);
  (void)erase(memory, key);
  (void)create(memory, key, "somebody else's");
  BOOST_TEST(outcome(run(session.destroy())) == "written");
  BOOST_TEST(!holds(memory, key));
  BOOST_TEST(session.set_cookie().value().starts_with("__Host-session=;"));
}

BOOST_AUTO_TEST_SUITE_END()

// A5: the clock was wrong when the session began.
BOOST_FIXTURE_TEST_SUITE(session_from_the_future, Limits)

BOOST_AUTO_TEST_CASE(a_session_made_ten_years_ahead_goes_on_but_nothing_extends_it) {
  const seconds now = clock.unix_now();
  clock.set_unix(now + 24h * 3650);
  Session session = stored(R"({"user":"alice"})"_json);
  const std::string cookie = cookie_of(session);
  clock.set_unix(now);
  clock.advance(10min);
  Session found = opened(other, cookie, Touch::on);
  BOOST_TEST((load(memory, key_of(session))->time_left == 20min));
  BOOST_TEST(outcome(run(found.set("cart", 1, Flush::now))) == "written");
  BOOST_TEST((load(memory, key_of(session))->time_left == 20min));
  BOOST_TEST(outcome(run(found.regenerate())) == "written");
  BOOST_TEST((load(memory, key_of(found))->time_left == 20min));
  clock.advance(20min);
  BOOST_TEST(refusal(cookie_of(found)) == "unknown");
}

BOOST_AUTO_TEST_CASE(a_clock_that_goes_back_between_two_writes_leaves_what_was_left) {
  Session session = stored(R"({"user":"alice"})"_json);
  clock.set_unix(clock.unix_now() - 24h);
  BOOST_TEST(outcome(run(session.set("cart", 1, Flush::now))) == "written");
  BOOST_TEST((load(memory, key_of(session))->time_left == 30min));
  BOOST_TEST(outcome(run(session.regenerate())) == "written");
  BOOST_TEST((load(memory, key_of(session))->time_left == 30min));
}

BOOST_AUTO_TEST_CASE(a_login_begins_it_anew) {
  const seconds now = clock.unix_now();
  clock.set_unix(now + 24h * 3650);
  const std::string cookie = cookie_of(stored(R"({"cart":1})"_json));
  clock.set_unix(now);
  clock.advance(10min);
  Session session = opened(other, cookie, Touch::on);
  BOOST_TEST(outcome(run(session.set("user", "alice", Flush::now))) == "written");
  BOOST_TEST((load(memory, key_of(session))->time_left == 30min));
  BOOST_TEST((session.summary()->age.created == clock.unix_now()));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(session_contention, Limits)

BOOST_AUTO_TEST_CASE(a_write_that_loses_every_race_ends_at_the_deadline) {
  for (const std::string change : {"set", "regenerate", "destroy"}) {
    Session session = stored(R"({"a":1})"_json);
    const std::string key = key_of(session);
    const auto began = clock.steady_now();
    int rivals = 0;
    const auto rival = [&] {
      clock.advance(100ms);
      (void)erase(memory, key);
      (void)create(memory, key,
                   R"({"v":1,"created":1800000000,"data":{"n":)" + std::to_string(++rivals) + "}}");
    };
    store.before_each(ScriptedStore::replace_call, rival);
    store.before_each(ScriptedStore::erase_if_call, rival);
    auto written = change == "set"       ? run(session.set("a", 2, Flush::now))
                   : change == "destroy" ? run(session.destroy())
                                         : run(session.regenerate());
    BOOST_TEST(outcome(written) == "store");
    BOOST_TEST((written.error().store.kind == StoreFailure::Kind::contended));
    BOOST_TEST(written.error().store.detail == "others kept changing the session until the deadline");
    BOOST_TEST((clock.steady_now() - began >= 2s));
    BOOST_TEST((clock.steady_now() - began <= 2s + 100ms));
    store.before_each(ScriptedStore::replace_call, {});
    store.before_each(ScriptedStore::erase_if_call, {});
    (void)erase(memory, key);
    BOOST_TEST(memory.stats().entries == 0U);
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(session_store_failures, Limits)

BOOST_AUTO_TEST_CASE(a_write_that_the_store_refuses_is_told_and_can_be_tried_again) {
  Session session = stored(R"({"a":1})"_json);
  store.fail_all();
  auto written = run(session.set("a", 2, Flush::now));
  BOOST_TEST(outcome(written) == "store");
  BOOST_TEST(written.error().store.detail == "the test broke the store");
  BOOST_TEST(outcome(run(session.destroy())) == "store");
  BOOST_TEST(outcome(run(session.regenerate())) == "store");
  store.fail_all(false);
  BOOST_TEST(outcome(run(session.flush())) == "written");
  BOOST_TEST(data_of(cookie_of(session)) == R"({"a":2})");
}

BOOST_AUTO_TEST_CASE(a_failed_create_gives_no_cookie) {
  Session session = manager.create();
  store.fail(ScriptedStore::create_call);
  BOOST_TEST(outcome(run(session.set("a", 1, Flush::now))) == "store");
  BOOST_TEST(!session.set_cookie().has_value());
  BOOST_TEST(session.is_new());
}

BOOST_AUTO_TEST_CASE(a_failed_destroy_clears_no_cookie) {
  Session session = opened(manager, cookie_of(stored(R"({"a":1})"_json)));
  store.fail(ScriptedStore::erase_if_call);
  BOOST_TEST(outcome(run(session.destroy())) == "store");
  BOOST_TEST(!session.set_cookie().has_value());
  BOOST_TEST(refusal(cookie_of(session)) == "a session");
}

BOOST_AUTO_TEST_CASE(a_write_whose_answer_was_lost_is_not_done_twice_when_tried_again) {
  Session session = stored(R"({"a":1})"_json);
  store.lose_answer(ScriptedStore::replace_call);
  BOOST_TEST(outcome(run(session.set("a", 2, Flush::now))) == "store");
  BOOST_TEST(outcome(run(session.flush())) == "written");
  BOOST_TEST(data_of(cookie_of(session)) == R"({"a":2})");
}

BOOST_AUTO_TEST_CASE(a_regenerate_that_fails_at_any_call_leaves_the_old_session_as_it_was) {
  for (const bool for_good : {false, true}) {
    for (int nth = 1; nth <= 2; ++nth) {
      Session session = opened(manager, cookie_of(stored(R"({"a":1})"_json)));
      const std::string old_cookie = cookie_of(session);
      if (for_good) {
        store.before(
            ScriptedStore::any_call, [&] { store.fail_all(); }, nth);
      } else {
        store.fail(ScriptedStore::any_call, nth);
      }
      const auto regenerated = run(session.regenerate());
      store.fail_all(false);
      // The last step is tried once more.
      BOOST_TEST(outcome(regenerated) == (nth == 2 && !for_good ? "written" : "store"));
      if (regenerated) continue;
      BOOST_TEST(cookie_of(session) == old_cookie);
      BOOST_TEST(!session.set_cookie().has_value());
      BOOST_TEST(data_of(old_cookie) == R"({"a":1})");
      // Whatever is left of the new one under an id that nobody has: the old session goes on all the same.
      BOOST_TEST(outcome(run(session.regenerate())) == "written");
      BOOST_TEST(refusal(old_cookie) == "revoked");
    }
  }
}

BOOST_AUTO_TEST_CASE(a_regenerate_does_not_end_the_old_session_when_the_new_record_was_lost_on_the_way) {
  Session session = stored(R"({"a":1})"_json);
  const std::string old_cookie = cookie_of(session);
  const std::string new_key = dialect.store_key(base64url("000000000000000000000002"));
  // Just before the old id is retired somebody changes the session, and the store loses the new record.
  store.before(ScriptedStore::replace_call, [&] {
    (void)replace(memory, key_of(session), record(session), R"({"v":1,"created":1800000000,"data":{"b":2}})");
    (void)erase(memory, new_key);
  });
  const auto written = run(session.regenerate());
  BOOST_TEST(outcome(written) == "written");
  BOOST_TEST(refusal(cookie_of(session)) == "a session");
  BOOST_TEST(data_of(cookie_of(session)) == R"({"b":2})");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
