// Who is logged in: the sessions of a subject are found, told apart, and ended.

#include "core/session/session_directory.h"

#include <algorithm>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/session_fixture.h"
#include "tests/support/store_calls.h"

namespace session::test {
namespace {

using namespace std::chrono_literals;

struct DirectoryFixture : SessionFixture {
  Session login(const std::string& user) { return login_by(manager, user); }
  static Session login_by(SessionManager& with, const std::string& user) {
    Session session = with.create();
    if (!run(session.set("user", user, Flush::now))) throw std::runtime_error("no login");
    return session;
  }

  std::vector<SessionInfo> sessions_of(const std::string& subject) {
    SessionDirectory directory = other.directory();
    return answered(run(directory.of(subject)));
  }
  std::set<std::string> names_of(const std::string& subject) {
    std::set<std::string> names;
    for (const SessionInfo& info : sessions_of(subject)) names.insert(info.name);
    return names;
  }
  std::string page_names() {
    SessionDirectory directory = other.directory();
    std::set<std::string> subjects;
    std::string cursor;
    do {
      SessionDirectory::Page page = answered(run(directory.page(cursor, 3)));
      for (const SessionInfo& info : page.sessions) subjects.insert(info.subject + "!");
      cursor = page.cursor;
    } while (!cursor.empty());
    std::string all;
    for (const std::string& subject : subjects) all += subject;
    return all;
  }
};

SessionManagerOptions at_most(std::size_t count, Policy::PerSubject::WhenFull when_full) {
  SessionManagerOptions options;
  options.policy.max_per_subject = {count, when_full};
  return options;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(session_directory, DirectoryFixture)

BOOST_AUTO_TEST_CASE(a_subject_has_its_own_sessions_those_that_began_last_first) {
  const Session first = login("ada");
  clock.advance(10s);
  const Session second = login("ada");
  const Session bobs = login("bob");
  const auto sessions = sessions_of("ada");
  BOOST_TEST_REQUIRE(sessions.size() == 2u);
  BOOST_TEST(sessions[0].name == second.log_id());
  BOOST_TEST(sessions[1].name == first.log_id());
  BOOST_TEST(sessions[0].subject == "ada");
  BOOST_TEST(names_of("bob") == std::set{bobs.log_id()}, boost::test_tools::per_element());
  BOOST_TEST(sessions_of("eve").empty());
}

BOOST_AUTO_TEST_CASE(a_session_tells_when_it_began_was_seen_and_ends) {
  const seconds began = clock.unix_now();
  const Session session = login("ada");
  clock.advance(10min);
  opened(manager, cookie_of(session), Touch::on);
  clock.advance(5min);
  const SessionInfo info = sessions_of("ada").at(0);
  BOOST_TEST((info.created == began));
  BOOST_TEST((info.last_seen == began + 10min));
  BOOST_TEST((info.expires == began + 40min));
}

BOOST_AUTO_TEST_CASE(whoever_becomes_somebody_is_listed_and_whoever_logs_out_is_not) {
  Session session = stored(Json{{"cart", 1}});
  BOOST_TEST(sessions_of("ada").empty());
  BOOST_REQUIRE(run(session.set("user", "ada", Flush::now)));
  BOOST_TEST(names_of("ada") == std::set{session.log_id()}, boost::test_tools::per_element());
  BOOST_REQUIRE(run(session.regenerate()));
  BOOST_TEST(names_of("ada") == std::set{session.log_id()}, boost::test_tools::per_element());
  BOOST_REQUIRE(run(session.set("user", "bob", Flush::now)));
  BOOST_TEST(sessions_of("ada").empty());
  BOOST_TEST(names_of("bob") == std::set{session.log_id()}, boost::test_tools::per_element());
  BOOST_REQUIRE(run(session.unset("user", Flush::now)));
  BOOST_TEST(sessions_of("bob").empty());
  BOOST_REQUIRE(run(session.set("user", "bob", Flush::now)));
  BOOST_REQUIRE(run(session.destroy()));
  BOOST_TEST(sessions_of("bob").empty());
}

BOOST_AUTO_TEST_CASE(one_session_ends_by_its_name_and_only_of_its_subject) {
  const Session first = login("ada");
  const Session second = login("ada");
  SessionDirectory directory = other.directory();
  BOOST_TEST(run(directory.end(first.log_id(), "bob")).events.empty());
  BOOST_TEST(run(directory.end("no-such-name", "ada")).events.empty());
  const DirectoryEnded ended = run(directory.end(first.log_id(), "ada"));
  BOOST_TEST_REQUIRE(ended.events.size() == 1u);
  BOOST_TEST((ended.events[0].kind == SessionEvent::Kind::destroyed));
  BOOST_TEST(ended.events[0].session == first.log_id());
  BOOST_TEST(ended.events[0].subject == "ada");
  BOOST_TEST(refusal(cookie_of(first)) == "unknown");
  BOOST_TEST(refusal(cookie_of(second)) == "a session");
}

BOOST_AUTO_TEST_CASE(all_sessions_of_a_subject_end_or_all_but_one) {
  std::vector<Session> sessions;
  for (int i = 0; i < 20; ++i) sessions.push_back(login("ada"));
  const Session bobs = login("bob");
  SessionDirectory directory = other.directory();
  const DirectoryEnded others = run(directory.end_others("ada", sessions[3]));
  BOOST_TEST(others.events.size() == 19u);
  BOOST_TEST(names_of("ada") == std::set{sessions[3].log_id()}, boost::test_tools::per_element());
  BOOST_TEST(run(directory.end_of("ada")).events.size() == 1u);
  for (const Session& session : sessions) BOOST_TEST(refusal(cookie_of(session)) == "unknown");
  BOOST_TEST(refusal(cookie_of(bobs)) == "a session");
}

// A session that gets another id while all are ended must not slip through.
BOOST_AUTO_TEST_CASE(a_session_that_gets_another_id_meanwhile_ends_all_the_same) {
  int moved_at = 0;
  for (int nth = 1; nth <= 12; ++nth) {
    DirectoryFixture site;
    Session session = site.login("ada");
    bool moved = false;
    site.store.before(
        ScriptedStore::any_call, [&] { moved = run(session.regenerate()).has_value(); }, nth);
    SessionDirectory directory = site.other.directory();
    BOOST_TEST(!run(directory.end_of("ada")).failure.has_value());
    if (moved) ++moved_at;
    BOOST_TEST(site.refusal(site.cookie_of(session)) != "a session");
    BOOST_TEST(site.sessions_of("ada").empty());
  }
  BOOST_TEST(moved_at >= 2);
}

BOOST_AUTO_TEST_CASE(a_store_that_fails_is_told_and_the_others_end) {
  for (int i = 0; i < 5; ++i) login("ada");
  SessionDirectory directory = other.directory();
  store.fail(ScriptedStore::erase_if_call, 2);
  const DirectoryEnded ended = run(directory.end_of("ada"));
  BOOST_TEST(ended.failure.has_value());
  BOOST_TEST(ended.events.size() == 4u);
  store.fail(ScriptedStore::owned_call);
  BOOST_TEST(!run(directory.of("ada")).has_value());
}

BOOST_AUTO_TEST_CASE(every_session_of_the_store_is_on_a_page) {
  for (int i = 0; i < 10; ++i) login("user" + std::to_string(i));
  stored(Json{{"cart", 1}});
  run(store.create("session:not-ours", Bytes("x"), 1min));
  BOOST_TEST(page_names() == "!user0!user1!user2!user3!user4!user5!user6!user7!user8!user9!");
  SessionDirectory directory = other.directory();
  BOOST_TEST(run(directory.end_everything()).events.size() == 11u);
  BOOST_TEST(page_names().empty());
}

BOOST_AUTO_TEST_CASE(a_session_is_found_by_its_name_whose_ever_it_is) {
  const Session session = login("ada");
  login("bob");
  SessionDirectory directory = other.directory();
  const auto found = answered(run(directory.find_anywhere(session.log_id())));
  BOOST_TEST_REQUIRE(found.has_value());
  BOOST_TEST(found->subject == "ada");
  BOOST_TEST(!answered(run(directory.find_anywhere("no-such-name"))).has_value());
  const auto attributes = answered(run(directory.attributes(session.log_id(), std::nullopt)));
  BOOST_TEST_REQUIRE(attributes.has_value());
  BOOST_TEST((*attributes == Json{{"user", "ada"}}));
  BOOST_TEST(run(directory.end_anywhere(session.log_id())).events.size() == 1u);
  BOOST_TEST(refusal(cookie_of(session)) == "unknown");
}

// What only the index of a store that keeps it apart can get wrong: it names what is gone.
BOOST_AUTO_TEST_CASE(what_the_list_names_and_is_gone_is_removed_from_it) {
  const Session session = login("ada");
  run(store.erase(key_of(session), ""));
  BOOST_TEST(sessions_of("ada").empty());
}

BOOST_AUTO_TEST_CASE(at_the_limit_the_oldest_session_ends) {
  SessionManager limited =
      make_manager(format_options(), at_most(2, Policy::PerSubject::WhenFull::end_oldest));
  std::vector<Session> sessions;
  for (int i = 0; i < 4; ++i) {
    sessions.push_back(login_by(limited, "ada"));
    clock.advance(1s);
  }
  BOOST_TEST(refusal(cookie_of(sessions[0])) == "unknown");
  BOOST_TEST(refusal(cookie_of(sessions[1])) == "unknown");
  BOOST_TEST(names_of("ada") == (std::set{sessions[2].log_id(), sessions[3].log_id()}),
             boost::test_tools::per_element());
  const auto& history = sessions[3].history();
  const bool told = std::any_of(history.begin(), history.end(), [&](const SessionEvent& event) {
    return event.kind == SessionEvent::Kind::destroyed && event.session == sessions[1].log_id();
  });
  BOOST_TEST(told);
}

BOOST_AUTO_TEST_CASE(at_the_limit_a_login_is_refused_and_changes_nothing) {
  SessionManager limited = make_manager(format_options(), at_most(2, Policy::PerSubject::WhenFull::refuse));
  Session first = login_by(limited, "ada");
  const Session second = login_by(limited, "ada");
  Session third = limited.create();
  BOOST_TEST(outcome(run(third.set("user", "ada", Flush::now))) == "too_many");
  BOOST_TEST(!third.set_cookie().has_value());
  Session visitor = limited.create();
  BOOST_REQUIRE(run(visitor.set("cart", 1, Flush::now)));
  const std::string before = cookie_of(visitor);
  BOOST_TEST(outcome(run(visitor.set("user", "ada", Flush::now))) == "too_many");
  BOOST_TEST(data_of(before) == R"({"cart":1})");
  BOOST_TEST(outcome(run(visitor.regenerate())) == "too_many");  // it still has the change
  BOOST_TEST(outcome(run(first.regenerate())) == "written");
  BOOST_TEST(sessions_of("ada").size() == 2u);
  BOOST_REQUIRE(run(first.destroy()));
  Session fourth = limited.create();
  BOOST_TEST(outcome(run(fourth.set("user", "ada", Flush::now))) == "written");
}

// The store has created it, and its answer did not arrive: nobody has that session, and nobody can end it.
BOOST_AUTO_TEST_CASE(a_login_whose_answer_was_lost_takes_no_place) {
  SessionManager limited = make_manager(format_options(), at_most(1, Policy::PerSubject::WhenFull::refuse));
  Session lost = limited.create();
  store.lose_answer(ScriptedStore::create_call);
  BOOST_TEST(outcome(run(lost.set("user", "ada", Flush::now))) == "store");
  BOOST_TEST(sessions_of("ada").empty());
  Session visitor = limited.create();
  BOOST_REQUIRE(run(visitor.set("cart", 1, Flush::now)));
  store.lose_answer(ScriptedStore::create_call);
  BOOST_TEST(outcome(run(visitor.set("user", "ada", Flush::now))) == "store");
  BOOST_TEST(sessions_of("ada").empty());
  Session next = limited.create();
  BOOST_TEST(outcome(run(next.set("user", "ada", Flush::now))) == "written");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
