#include <chrono>
#include <string>

#include <boost/test/unit_test.hpp>

#include "core/format/express/express.h"
#include "core/format/session_store/session_store.h"
#include "tests/support/format_fixture.h"
#include "tests/support/session_fixture.h"
#include "tests/support/whole_format.h"

// Sessions that another library began, or will go on with.
namespace session::test {
namespace {

using namespace std::chrono_literals;

constexpr milliseconds kDay = 24h;

struct Express : FormatFixture {
  Express()
      : FormatFixture("connect.sid", [](const Random& source) {
          ExpressFormatOptions options;
          options.secrets.emplace_back(std::string("keyboard cat"));
          options.cookie.secure = false;
          return express_format(std::move(options), source);
        }) {
    write("hello", kRecord, kDay);
  }
  const std::string kRecord =
      R"({"cookie":{"originalMaxAge":null,"expires":null,"httpOnly":true,"path":"/","x":1},"user":"alice","z":[{}]})";
};

struct Ancestor : FormatFixture {
  Ancestor()
      : FormatFixture("session-store", [](const Random& source) {
          return session_store_format(SessionStoreFormatOptions(), source);
        }) {
    write("anything", kRecord);
  }
  const std::string kRecord = R"({"user":"alice"})";
};

// The gateway changes what the library begins.
BOOST_FIXTURE_TEST_SUITE(express_sessions, Express)

BOOST_AUTO_TEST_CASE(a_session_of_the_library_is_read_changed_and_keeps_all_else) {
  Session session = opened("hello");
  BOOST_TEST(to_text(session.attributes()) == R"({"user":"alice","z":[{}]})");
  BOOST_TEST(outcome(run(session.set("cart", 1, Flush::now))) == "written");
  BOOST_TEST(
      Json::parse(record_of("hello")) ==
      Json::parse(R"({"cookie":{"originalMaxAge":null,"expires":null,"httpOnly":true,"path":"/","x":1},)"
                  R"("user":"alice","z":[{}],"cart":1})"));
  BOOST_TEST(session.id() == "hello");
  BOOST_TEST(!session.set_cookie().has_value());
}

BOOST_AUTO_TEST_CASE(a_session_begun_here_has_the_configured_cookie_and_the_library_s_key) {
  Session session = manager.create();
  BOOST_TEST(outcome(run(session.set("user", "bob", Flush::now))) == "written");
  const Json record = Json::parse(record_of(session.id()));
  BOOST_TEST(record["cookie"]["path"] == "/");
  BOOST_TEST(record["cookie"]["originalMaxAge"].is_null());
  BOOST_TEST(record["user"] == "bob");
  BOOST_TEST(session.set_cookie()->starts_with("connect.sid=s%3A" + session.id() + "."));
  BOOST_TEST((time_left(session.id()) == kDay));
  BOOST_TEST(refusal(session.id()) == "a session");
}

BOOST_AUTO_TEST_CASE(an_id_may_be_as_long_as_a_cookie) {
  const std::string id(3900, 'x');
  Session session = *run(manager.at(id));
  BOOST_TEST(outcome(run(session.set("user", "bob", Flush::now))) == "written");
  BOOST_TEST(refusal(id) == "a session");
  BOOST_TEST(refusal(id + std::string(200, 'x')) == "malformed");
}

BOOST_AUTO_TEST_CASE(a_session_lives_by_its_own_rule_and_has_no_absolute_timeout) {
  write("short", R"({"cookie":{"originalMaxAge":20000},"user":"alice"})", 20s);
  for (int i = 0; i < 10'000; ++i) {
    clock.advance(10s);
    if (i % 1000 == 0) BOOST_TEST_REQUIRE(opened("hello", Touch::on).get("user") != nullptr);
    BOOST_TEST_REQUIRE(open(header_of("short")).session.has_value());
  }
  BOOST_TEST((time_left("short") == 20s));
  clock.advance(20s);
  BOOST_TEST(refusal("short") == "unknown");
  BOOST_TEST(refusal("hello") == "a session");
}

BOOST_AUTO_TEST_CASE(a_read_extends_the_key_and_leaves_the_record_alone) {
  clock.advance(1h);
  (void)opened("hello", Touch::off);
  BOOST_TEST((time_left("hello") == kDay - 1h));
  (void)opened("hello", Touch::on);
  BOOST_TEST((time_left("hello") == kDay));
  BOOST_TEST(record_of("hello") == kRecord);
}

BOOST_AUTO_TEST_CASE(where_sessions_are_not_extended_a_write_does_not_do_so_either) {
  clock.advance(1h);
  Session session = opened("hello", Touch::off);
  BOOST_TEST(outcome(run(session.set("a", 1, Flush::now))) == "written");
  BOOST_TEST((time_left("hello") == kDay - 1h));
}

BOOST_AUTO_TEST_CASE(a_fixed_end_is_moved_neither_by_a_check_nor_by_a_write_nor_by_a_new_id) {
  const std::string record =
      R"({"cookie":{"originalMaxAge":null,"expires":"2027-01-15T08:01:00.000Z"},"user":"alice"})";
  write("fixed", record, 60s);
  clock.advance(10s);
  Session session = opened("fixed", Touch::on);
  BOOST_TEST((time_left("fixed") == 50s));
  BOOST_TEST(outcome(run(session.set("a", 1, Flush::now))) == "written");
  BOOST_TEST((time_left("fixed") == 50s));
  BOOST_TEST(outcome(run(session.regenerate())) == "written");
  BOOST_TEST((time_left(session.id()) == 50s));
  write("over", record, 1h);
  clock.advance(50s);
  BOOST_TEST(refusal("over") == "expired");
}

// Node's clock was ten years ahead. The time to live that it gave the key is a difference, and right.
BOOST_AUTO_TEST_CASE(a_fixed_end_that_a_wrong_clock_wrote_extends_nothing) {
  write("ahead", R"({"cookie":{"originalMaxAge":null,"expires":"2037-01-15T08:01:00.000Z"},"user":"alice"})",
        60s);
  Session session = opened("ahead", Touch::on);
  BOOST_TEST((time_left("ahead") == 60s));
  BOOST_TEST(outcome(run(session.set("a", 1, Flush::now))) == "written");
  BOOST_TEST((time_left("ahead") == 60s));
  BOOST_TEST(outcome(run(session.regenerate())) == "written");
  BOOST_TEST((time_left(session.id()) == 60s));
  BOOST_TEST(outcome(run(session.set("user", "bob", Flush::now))) == "written");
  BOOST_TEST((time_left(session.id()) == 60s));
}

BOOST_AUTO_TEST_CASE(a_session_without_an_end_stays_without_one) {
  write("endless", kRecord);
  Session session = opened("endless", Touch::on);
  BOOST_TEST((time_left("endless") > 24h * 365));
  BOOST_TEST(outcome(run(session.set("a", 1, Flush::now))) == "written");
  BOOST_TEST((time_left("endless") > 24h * 365));
  BOOST_TEST(outcome(run(session.regenerate())) == "written");
  BOOST_TEST((time_left(session.id()) > 24h * 365));
  BOOST_TEST(outcome(run(session.set("user", "bob", Flush::now))) == "written");
  BOOST_TEST((time_left(session.id()) > 24h * 365));
}

BOOST_AUTO_TEST_CASE(a_session_whose_age_is_nothing_is_over) {
  write("over", R"({"cookie":{"originalMaxAge":0},"user":"alice"})", 1h);
  BOOST_TEST(refusal("over") == "expired");
  BOOST_TEST((time_left("over") == 1h));
}

BOOST_AUTO_TEST_CASE(an_unknown_id_is_not_adopted) {
  BOOST_TEST(refusal("fixed") == "unknown");
  BOOST_TEST(record_of("fixed") == "(absent)");
}

BOOST_AUTO_TEST_CASE(a_login_moves_the_session_and_its_cookie_member) {
  Session session = opened("hello");
  BOOST_TEST(outcome(run(session.set("user", "bob", Flush::now))) == "written");
  BOOST_TEST(session.id() != "hello");
  BOOST_TEST(record_of("hello") == "(absent)");
  BOOST_TEST(Json::parse(record_of(session.id()))["cookie"]["x"] == 1);
  BOOST_TEST(refusal("hello") == "unknown");
  BOOST_TEST(memory.stats().entries == 1U);
}

BOOST_AUTO_TEST_CASE(a_new_id_leaves_nothing_under_the_old_one) {
  Session session = opened("hello");
  BOOST_TEST(outcome(run(session.regenerate())) == "written");
  BOOST_TEST(record_of("hello") == "(absent)");
  BOOST_TEST(Json::parse(record_of(session.id())) == Json::parse(kRecord));
  BOOST_TEST(memory.stats().entries == 1U);
}

BOOST_AUTO_TEST_CASE(what_the_library_writes_while_a_session_moves_is_taken_along) {
  Session session = opened("hello");
  store.before(ScriptedStore::erase_if_call,
               [&] { write("hello", R"({"cookie":{"path":"/"},"user":"alice","late":1})", kDay); });
  BOOST_TEST(outcome(run(session.regenerate())) == "written");
  BOOST_TEST(record_of(session.id()) == R"({"cookie":{"path":"/"},"user":"alice","late":1})");
  BOOST_TEST(memory.stats().entries == 1U);
}

BOOST_AUTO_TEST_CASE(a_destroyed_session_does_not_come_back) {
  Session stale = opened("hello");
  BOOST_TEST(outcome(run(opened("hello").destroy())) == "written");
  BOOST_TEST(record_of("hello") == "(absent)");
  BOOST_TEST(outcome(run(stale.set("a", 1, Flush::now))) == "gone");
  BOOST_TEST(outcome(run(stale.regenerate())) == "gone");
  BOOST_TEST(memory.stats().entries == 0U);
}

// Of the two exactly one wins, whichever call of the one the other comes before.
BOOST_AUTO_TEST_CASE(of_a_destroy_and_a_new_id_that_race_one_wins) {
  int races = 0;
  for (int nth = 1; nth <= 6; ++nth) {
    write("raced", kRecord, kDay);
    const auto before = memory.stats().entries;
    Session mine = opened("raced");
    Session theirs = opened("raced");
    std::string ended = "not played";
    store.before(
        ScriptedStore::any_call, [&] { ended = outcome(run(theirs.destroy())); }, nth);
    const std::string moved = outcome(run(mine.regenerate()));
    if (ended == "not played") break;
    ++races;
    BOOST_TEST((moved == "written") != (ended == "written"), moved << " " << ended);
    BOOST_TEST(record_of("raced") == "(absent)");
    BOOST_TEST(memory.stats().entries == before - (moved == "written" ? 0 : 1));
  }
  BOOST_TEST(races >= 2);
}

BOOST_AUTO_TEST_CASE(so_it_is_the_other_way_round) {
  int races = 0;
  for (int nth = 1; nth <= 4; ++nth) {
    write("raced", kRecord, kDay);
    const auto before = memory.stats().entries;
    Session mine = opened("raced");
    Session theirs = opened("raced");
    std::string moved = "not played";
    store.before(
        ScriptedStore::any_call, [&] { moved = outcome(run(theirs.regenerate())); }, nth);
    const std::string ended = outcome(run(mine.destroy()));
    if (moved == "not played") break;
    ++races;
    BOOST_TEST((moved == "written") != (ended == "written"), moved << " " << ended);
    BOOST_TEST(record_of("raced") == "(absent)");
    BOOST_TEST(memory.stats().entries == before - (moved == "written" ? 0 : 1));
  }
  BOOST_TEST(races >= 1);
}

BOOST_AUTO_TEST_CASE(a_reserved_name_is_refused_and_nothing_written) {
  Session session = opened("hello");
  for (const auto* name : {"cookie", "id", "__proto__", "toString"}) {
    BOOST_TEST(outcome(run(session.set(name, 1, Flush::now))) == "reserved");
    run(session.unset(name));
  }
  Session fresh = manager.create();
  BOOST_TEST(outcome(run(fresh.set("cookie", Json::object(), Flush::now))) == "reserved");
  BOOST_TEST(outcome(fresh.writable()) == "reserved");
  BOOST_TEST(record_of("hello") == kRecord);
  BOOST_TEST(memory.stats().entries == 1U);
}

BOOST_AUTO_TEST_CASE(a_reserved_name_that_others_wrote_can_be_taken_away) {
  write("hello", R"({"cookie":{},"id":1,"user":"alice"})", kDay);
  Session session = opened("hello");
  BOOST_TEST(outcome(run(session.set("a", 1, Flush::now))) == "written");
  BOOST_TEST(record_of("hello") == R"({"cookie":{},"id":1,"user":"alice","a":1})");
  BOOST_TEST(outcome(run(session.unset("id", Flush::now))) == "written");
  BOOST_TEST(outcome(run(session.unset("cookie", Flush::now))) == "written");
  BOOST_TEST(record_of("hello") == R"({"cookie":{},"user":"alice","a":1})");
}

BOOST_AUTO_TEST_CASE(a_cookie_under_an_older_secret_is_given_again) {
  SessionManager rotated = make_manager([](const Random& source) {
    ExpressFormatOptions options;
    options.secrets.emplace_back(std::string("new"));
    options.secrets.emplace_back(std::string("keyboard cat"));
    return express_format(std::move(options), source);
  });
  const std::string header = header_of("hello");
  const std::vector<std::string_view> headers = {header};
  auto found = run(rotated.open(headers));
  BOOST_TEST_REQUIRE(found->session.has_value());
  const std::string given = found->session->set_cookie().value();
  BOOST_TEST(given.starts_with("connect.sid=s%3Ahello."));
  BOOST_TEST(!given.starts_with(header));
}

BOOST_AUTO_TEST_CASE(a_record_that_is_none_is_malformed_and_left_alone) {
  for (const std::string bytes : {"", "{", R"({"user":"alice"})", "null", "\xff"}) {
    write("hello", bytes, kDay);
    const auto found = open(header_of("hello"));
    BOOST_TEST(!found.session.has_value());
    BOOST_TEST((found.refusal == RejectReason::malformed));
    BOOST_TEST(found.named().corrupt_record == manager.log_id_of("sess:hello"));
    BOOST_TEST(record_of("hello") == bytes);
    BOOST_TEST((time_left("hello") == kDay));
  }
}

BOOST_AUTO_TEST_CASE(a_destroy_erases_a_record_that_becomes_unreadable_under_the_session) {
  Session session = opened("hello");
  write("hello", "not ours", kDay);
  BOOST_TEST(outcome(run(session.destroy())) == "written");
  BOOST_TEST(memory.stats().entries == 0U);
}

BOOST_AUTO_TEST_CASE(a_record_that_becomes_unreadable_under_a_session_is_not_overwritten) {
  for (const std::string what : {"set", "regenerate", "login"}) {
    write("hello", kRecord, kDay);
    Session session = opened("hello");
    write("hello", "not ours", kDay);
    if (what == "set") BOOST_TEST(outcome(run(session.set("a", 1, Flush::now))) == "malformed");
    if (what == "regenerate") BOOST_TEST(outcome(run(session.regenerate())) == "malformed");
    if (what == "login") BOOST_TEST(outcome(run(session.set("user", "bob", Flush::now))) == "malformed");
    BOOST_TEST(record_of("hello") == "not ours");
    BOOST_TEST(memory.stats().entries == 1U);
  }
}

BOOST_AUTO_TEST_CASE(a_cookie_that_can_t_be_read_names_no_record) {
  const auto found = open("connect.sid=junk");
  BOOST_TEST((found.refusal == RejectReason::malformed));
  BOOST_TEST(found.named().corrupt_record == "");
}

BOOST_AUTO_TEST_CASE(a_session_s_name_in_a_log_is_made_of_its_key) {
  BOOST_TEST(opened("hello").log_id() == manager.log_id_of("sess:hello"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(session_store_sessions, Ancestor)

BOOST_AUTO_TEST_CASE(a_session_without_an_end_is_given_one) {
  (void)opened("anything", Touch::off);
  BOOST_TEST((time_left("anything") > 24h * 365));
  (void)opened("anything", Touch::on);
  BOOST_TEST((time_left("anything") == 30min));
  BOOST_TEST(record_of("anything") == kRecord);
}

BOOST_AUTO_TEST_CASE(a_write_gives_an_end_too_even_where_sessions_are_not_extended) {
  Session session = opened("anything", Touch::off);
  BOOST_TEST(outcome(run(session.set("a", 1, Flush::now))) == "written");
  BOOST_TEST(record_of("anything") == R"({"user":"alice","a":1})");
  BOOST_TEST((time_left("anything") == 30min));
}

BOOST_AUTO_TEST_CASE(a_session_in_use_has_no_absolute_timeout) {
  for (int i = 0; i < 24 * 7; ++i) {
    BOOST_TEST_REQUIRE(open(header_of("anything")).session.has_value());
    clock.advance(29min);
  }
  clock.advance(1min);
  BOOST_TEST(refusal("anything") == "unknown");
}

BOOST_AUTO_TEST_CASE(an_unknown_cookie_is_not_adopted) {
  BOOST_TEST(refusal("planted") == "unknown");
  Session session = manager.create();
  BOOST_TEST(outcome(run(session.set("user", "bob", Flush::now))) == "written");
  BOOST_TEST(session.set_cookie()->starts_with("session-store=" + session.id() + ";"));
  BOOST_TEST(record_of(session.id()) == R"({"user":"bob"})");
  BOOST_TEST(record_of("planted") == "(absent)");
}

BOOST_AUTO_TEST_CASE(what_the_package_leaves_of_a_destroyed_session_is_none) {
  Session session = opened("anything");
  write("anything", "{}");
  BOOST_TEST(refusal("anything") == "unknown");
  BOOST_TEST(outcome(run(session.set("a", 1, Flush::now))) == "gone");
  BOOST_TEST(record_of("anything") == "{}");
}

BOOST_AUTO_TEST_CASE(a_destroyed_session_does_not_come_back) {
  Session stale = opened("anything");
  BOOST_TEST(outcome(run(opened("anything").destroy())) == "written");
  BOOST_TEST(record_of("anything") == "(absent)");
  BOOST_TEST(outcome(run(stale.set("a", 1, Flush::now))) == "gone");
  BOOST_TEST(memory.stats().entries == 0U);
}

BOOST_AUTO_TEST_CASE(a_new_id_leaves_nothing_under_the_old_one) {
  Session session = opened("anything");
  BOOST_TEST(outcome(run(session.regenerate())) == "written");
  BOOST_TEST(record_of("anything") == "(absent)");
  BOOST_TEST(record_of(session.id()) == kRecord);
  BOOST_TEST((time_left(session.id()) == 30min));
}

BOOST_AUTO_TEST_CASE(a_record_that_is_none_is_malformed_and_left_alone) {
  for (const std::string bytes : {"", "{", "[]", "null", "\xff"}) {
    write("anything", bytes);
    const auto found = open(header_of("anything"));
    BOOST_TEST((found.refusal == RejectReason::malformed));
    BOOST_TEST(found.named().corrupt_record == manager.log_id_of(key_of("anything")));
    BOOST_TEST(record_of("anything") == bytes);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
