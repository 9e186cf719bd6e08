#include "core/session/session.h"

#include <chrono>
#include <stdexcept>
#include <string>

#include <boost/test/unit_test.hpp>

#include "core/crypto/base64url.h"
#include "tests/support/session_fixture.h"
#include "tests/support/store_calls.h"

namespace session::test {
namespace {

using namespace std::chrono_literals;

struct Sessions : SessionFixture {
  std::string record(Session& session) { return text_of(memory, key_of(session)); }
};

BOOST_FIXTURE_TEST_SUITE(session_attributes, Sessions)

BOOST_AUTO_TEST_CASE(setting_an_object_merges_key_by_key_and_no_deeper) {
  Session session = stored(R"({"a":{"x":1},"b":1})"_json);
  run(session.set(R"({"a":{"y":2},"c":3})"_json));
  BOOST_TEST(to_text(session.to_json()) == R"({"a":{"y":2},"b":1,"c":3})");
}

BOOST_AUTO_TEST_CASE(setting_a_key_and_a_value_sets_just_that) {
  Session session = stored(R"({"a":1})"_json);
  run(session.set("b", "text"));
  run(session.set("a", nullptr));
  BOOST_TEST(to_text(session.to_json()) == R"({"a":null,"b":"text"})");
  BOOST_TEST(*session.get("b") == "text");
  BOOST_TEST(session.get("a")->is_null());
  BOOST_TEST((session.get("c") == nullptr));
  BOOST_TEST((session.get("") == nullptr));
}

BOOST_AUTO_TEST_CASE(changes_are_seen_here_at_once_and_in_the_store_after_the_flush) {
  Session session = stored(R"({"a":1})"_json);
  const std::string before = record(session);
  run(session.set("a", 2));
  run(session.set(R"({"b":3})"_json, Flush::later));
  run(session.unset("a"));
  BOOST_TEST(to_text(session.attributes()) == R"({"b":3})");
  BOOST_TEST(record(session) == before);
  BOOST_TEST(outcome(run(session.flush())) == "written");
  BOOST_TEST(record(session) == R"({"v":1,"created":1800000000,"data":{"b":3}})");
}

BOOST_AUTO_TEST_CASE(flush_now_ends_when_the_store_has_it) {
  Session session = stored(R"({"a":1,"z":0})"_json);
  BOOST_TEST(outcome(run(session.set("b", 2, Flush::now))) == "written");
  BOOST_TEST(outcome(run(session.set(R"({"c":3})"_json, Flush::now))) == "written");
  BOOST_TEST(outcome(run(session.unset("a", Flush::now))) == "written");
  BOOST_TEST(record(session) == R"({"v":1,"created":1800000000,"data":{"z":0,"b":2,"c":3}})");
}

BOOST_AUTO_TEST_CASE(what_is_set_and_then_unset_is_gone_and_the_other_way_round) {
  Session session = stored(R"({"a":1})"_json);
  run(session.unset("a"));
  run(session.set("a", 2));
  run(session.set("b", 3));
  run(session.unset("b"));
  run(session.unset("never there"));
  BOOST_TEST(outcome(run(session.flush())) == "written");
  BOOST_TEST(record(session) == R"({"v":1,"created":1800000000,"data":{"a":2}})");
}

BOOST_AUTO_TEST_CASE(flushing_nothing_asks_the_store_nothing) {
  Session session = stored(R"({"a":1})"_json);
  const int before = store.count();
  BOOST_TEST(outcome(run(session.flush())) == "written");
  BOOST_TEST(outcome(run(manager.create().flush())) == "written");
  BOOST_TEST(store.count() == before);
}

BOOST_AUTO_TEST_CASE(a_flush_of_one_change_is_one_store_call) {
  Session session = opened(manager, cookie_of(stored(R"({"a":1})"_json)));
  const int before = store.count();
  run(session.set("a", 2, Flush::now));
  BOOST_TEST(store.count() == before + 1);
}

BOOST_AUTO_TEST_CASE(a_flush_gives_the_session_its_idle_timeout_again) {
  Session session = stored(R"({"a":1})"_json);
  clock.advance(29min);
  run(session.set("a", 2, Flush::now));
  BOOST_TEST((load(memory, key_of(session))->time_left == 30min));
  clock.advance(11h + 20min - 30min);
  BOOST_TEST(outcome(run(session.set("a", 3, Flush::now))) == "gone");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(session_beginning_and_end, Sessions)

BOOST_AUTO_TEST_CASE(a_new_session_is_nowhere_before_its_first_flush) {
  Session session = manager.create();
  BOOST_TEST(session.is_new());
  run(session.set("a", 1));
  BOOST_TEST(memory.stats().entries == 0U);
  BOOST_TEST(!session.set_cookie().has_value());
  BOOST_TEST(outcome(run(session.flush())) == "written");
  BOOST_TEST(!session.is_new());
  BOOST_TEST(memory.stats().entries == 1U);
  BOOST_TEST(session.set_cookie().value() ==
             "__Host-session=" + dialect.cookie(session.id(), clock.unix_now()) +
                 "; Path=/; Secure; HttpOnly; SameSite=Lax");
}

BOOST_AUTO_TEST_CASE(the_cookie_that_is_given_opens_the_session) {
  Session session = stored(R"({"a":1})"_json);
  const std::string header = session.set_cookie().value();
  BOOST_TEST(data_of(header.substr(0, header.find(';'))) == R"({"a":1})");
}

BOOST_AUTO_TEST_CASE(a_session_that_only_changed_gives_no_cookie) {
  Session session = opened(manager, cookie_of(stored(R"({"a":1})"_json)));
  run(session.set("a", 2, Flush::now));
  BOOST_TEST(!session.set_cookie().has_value());
}

BOOST_AUTO_TEST_CASE(a_fresh_id_that_is_taken_never_joins_somebodys_session) {
  Session first = stored(R"({"user":"alice"})"_json);
  const std::string before = record(first);
  random.stick();
  Session second = manager.create();
  BOOST_TEST(second.id() == first.id());
  BOOST_CHECK_THROW((void)run(second.set("a", 1, Flush::now)), std::runtime_error);
  BOOST_TEST(record(first) == before);
}

BOOST_AUTO_TEST_CASE(destroying_ends_the_session_here_and_in_the_store) {
  Session session = stored(R"({"user":"alice"})"_json);
  BOOST_TEST(outcome(run(session.destroy())) == "written");
  BOOST_TEST(memory.stats().entries == 0U);
  BOOST_TEST(to_text(session.attributes()) == "{}");
  BOOST_TEST(session.set_cookie().value() ==
             "__Host-session=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0; Expires=Thu, 01 Jan 1970 "
             "00:00:00 GMT");
  BOOST_TEST(refusal(cookie_of(session)) == "unknown");
}

BOOST_AUTO_TEST_CASE(a_session_that_ended_is_never_written_again) {
  Session session = stored(R"({"a":1})"_json);
  run(session.destroy());
  BOOST_TEST(outcome(run(session.set("a", 2, Flush::now))) == "gone");
  BOOST_TEST(outcome(run(session.unset("a", Flush::now))) == "gone");
  BOOST_TEST(outcome(run(session.regenerate())) == "gone");
  BOOST_TEST(outcome(run(session.destroy())) == "gone");
  BOOST_TEST(memory.stats().entries == 0U);
}

BOOST_AUTO_TEST_CASE(a_session_that_expired_is_never_written_again) {
  Session session = stored(R"({"a":1})"_json);
  clock.advance(30min);
  BOOST_TEST(outcome(run(session.set("a", 2, Flush::now))) == "gone");
  BOOST_TEST(outcome(run(session.regenerate())) == "gone");
  BOOST_TEST(outcome(run(session.destroy())) == "gone");
  memory.sweep(100);
  BOOST_TEST(memory.stats().entries == 0U);
}

BOOST_AUTO_TEST_CASE(destroying_what_was_never_stored_is_gone_and_clears_the_cookie) {
  Session session = manager.create();
  BOOST_TEST(outcome(run(session.destroy())) == "gone");
  BOOST_TEST(session.set_cookie().value().find("Max-Age=0") != std::string::npos);
  BOOST_TEST(store.count() == 0);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(session_ids, Sessions)

BOOST_AUTO_TEST_CASE(regenerating_gives_a_new_id_and_the_old_one_is_revoked_and_then_unknown) {
  Session session = stored(R"({"user":"alice"})"_json);
  const std::string old_cookie = cookie_of(session);
  const std::string old_id = session.id();
  BOOST_TEST(outcome(run(session.regenerate())) == "written");
  BOOST_TEST(session.id() != old_id);
  BOOST_TEST(data_of(cookie_of(session)) == R"({"user":"alice"})");
  BOOST_TEST(session.set_cookie().value().starts_with(cookie_of(session) + ";"));
  BOOST_TEST(refusal(old_cookie) == "revoked");
  clock.advance(60s - 1ms);
  BOOST_TEST(refusal(old_cookie) == "revoked");
  clock.advance(1ms);
  BOOST_TEST(refusal(old_cookie) == "unknown");
}

BOOST_AUTO_TEST_CASE(regenerating_keeps_when_the_session_was_created) {
  Session session = stored(R"({"user":"alice"})"_json);
  clock.advance(20min);
  BOOST_TEST(outcome(run(session.regenerate())) == "written");
  BOOST_TEST(record(session) ==
             R"({"v":1,"created":1800000000,"authenticated":1800000000,"data":{"user":"alice"}})");
}

BOOST_AUTO_TEST_CASE(regenerating_writes_changes_along) {
  Session session = stored(R"({"a":1})"_json);
  run(session.set("b", 2));
  BOOST_TEST(outcome(run(session.regenerate())) == "written");
  BOOST_TEST(data_of(cookie_of(session)) == R"({"a":1,"b":2})");
}

BOOST_AUTO_TEST_CASE(a_login_regenerates_and_restarts_the_age) {
  Session session = stored(R"({"cart":[1]})"_json);
  const std::string old_cookie = cookie_of(session);
  clock.advance(20min);
  BOOST_TEST(outcome(run(session.set("user", "alice", Flush::now))) == "written");
  BOOST_TEST(refusal(old_cookie) == "revoked");
  BOOST_TEST(record(session) ==
             R"({"v":1,"created":1800001200,"authenticated":1800001200,"data":{"cart":[1],"user":"alice"}})");
  BOOST_TEST(session.set_cookie().has_value());
}

BOOST_AUTO_TEST_CASE(every_change_of_the_subject_regenerates) {
  for (const std::string change :
       {R"({"user":"bob"})", R"({"user":null})", R"({"user":""})", R"({"user":"Alice"})",
        R"({"user":"alice "})", R"({"user":["alice","bob"]})"}) {
    Session session = stored(R"({"user":"alice"})"_json);
    const std::string old_cookie = cookie_of(session);
    BOOST_TEST(outcome(run(session.set(Json::parse(change), Flush::now))) == "written");
    BOOST_TEST(refusal(old_cookie) == "revoked", change);
  }
  Session session = stored(R"({"user":"alice"})"_json);
  const std::string old_cookie = cookie_of(session);
  BOOST_TEST(outcome(run(session.unset("user", Flush::now))) == "written");
  BOOST_TEST(refusal(old_cookie) == "revoked");
}

BOOST_AUTO_TEST_CASE(what_leaves_the_subject_alone_keeps_the_id) {
  Session session = stored(R"({"user":"alice"})"_json);
  const std::string id = session.id();
  run(session.set("user", "alice", Flush::now));
  run(session.set("other", 1, Flush::now));
  run(session.set("user", "bob"));
  run(session.set("user", "alice"));
  BOOST_TEST(outcome(run(session.flush())) == "written");
  BOOST_TEST(session.id() == id);
}

BOOST_AUTO_TEST_CASE(whether_changes_keep_the_id_is_known_beforehand) {
  Session fresh = manager.create();
  BOOST_TEST(!fresh.keeps_its_id());
  Session session = opened(manager, cookie_of(stored(R"({"user":"alice"})"_json)));
  BOOST_TEST(session.keeps_its_id());
  run(session.set("a", 1));
  BOOST_TEST(session.keeps_its_id());
  for (const char* name : {"bob", "alice"}) {  // the same user now may be another one when it is written
    run(session.set("user", name));
    BOOST_TEST(!session.keeps_its_id());
  }
}

BOOST_AUTO_TEST_CASE(regenerating_what_was_never_stored_stores_it) {
  Session session = manager.create();
  run(session.set("a", 1));
  BOOST_TEST(outcome(run(session.regenerate())) == "written");
  BOOST_TEST(data_of(cookie_of(session)) == R"({"a":1})");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
