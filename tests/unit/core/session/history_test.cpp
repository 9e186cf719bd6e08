// What a session says became of it.

#include <string>

#include <boost/test/unit_test.hpp>

#include "tests/support/migration_fixture.h"

namespace session::test {
namespace {

using namespace std::chrono_literals;
std::string text_of(const SessionEvent& change) {
  const char* kinds[] = {"created", "regenerated", "moved", "destroyed", "refused"};
  std::string text = kinds[static_cast<int>(change.kind)];
  if (!change.cause.empty()) text.append(" ").append(change.cause);
  return text + " " + change.session + " <" + change.former + "> " + change.subject;
}
std::string text_of(const std::vector<SessionEvent>& history) {
  std::string text;
  for (const SessionEvent& change : history) text += (text.empty() ? "" : "; ") + text_of(change);
  return text;
}

BOOST_FIXTURE_TEST_SUITE(history, TakeoverFixture)

BOOST_AUTO_TEST_CASE(a_session_that_was_only_read_or_written_has_none) {
  const std::string cookie = cookie_of(stored(R"({"user":"alice"})"_json));
  clock.advance(10min);
  Session session = opened(manager, cookie, Touch::on);
  BOOST_TEST(session.history().empty());
  BOOST_TEST(outcome(run(session.set("theme", "dark", Flush::now))) == "written");
  BOOST_TEST(session.history().empty());
}

BOOST_AUTO_TEST_CASE(the_first_write_creates_it) {
  Session session = manager.create();
  BOOST_TEST(session.history().empty());
  BOOST_TEST(outcome(run(session.set(R"({"user":"alice"})"_json, Flush::now))) == "written");
  BOOST_TEST(text_of(session.history()) == "created " + session.log_id() + " <> alice");
}

BOOST_AUTO_TEST_CASE(a_login_and_a_wish_for_another_id_are_told_apart_with_both_names) {
  Session session = opened(manager, cookie_of(stored(R"({"cart":1})"_json)));
  const std::string first = session.log_id();
  BOOST_TEST(outcome(run(session.set("user", "alice", Flush::now))) == "written");
  const std::string second = session.log_id();
  BOOST_TEST(outcome(run(session.regenerate())) == "written");
  BOOST_TEST(first != second);
  BOOST_TEST(text_of(session.history()) == "regenerated login " + second + " <" + first +
                                               "> alice; regenerated asked " + session.log_id() + " <" +
                                               second + "> alice");
}

BOOST_AUTO_TEST_CASE(what_was_asked_for_and_did_not_happen_is_not_told) {
  const std::string cookie = cookie_of(stored(R"({"user":"alice"})"_json));
  Session session = opened(manager, cookie);
  store.fail_all();
  (void)run(session.set("user", "bob", Flush::now));
  (void)run(session.regenerate());
  (void)run(session.destroy());
  BOOST_TEST(session.history().empty());
}

BOOST_AUTO_TEST_CASE(a_session_that_ends_says_whose_it_was) {
  Session session = opened(manager, cookie_of(stored(R"({"user":"alice"})"_json)));
  const std::string name = session.log_id();
  BOOST_TEST(outcome(run(session.destroy())) == "written");
  BOOST_TEST(text_of(session.history()) == "destroyed " + name + " <> alice");
  BOOST_TEST(outcome(run(session.destroy())) == "gone");
  BOOST_TEST(session.history().size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_session_of_another_format_moves_once) {
  express_writes("one", R"({"user":"alice"})");
  const std::string old_name = manager.log_id_of(express.store_key("one"));
  const Session session = opened(manager, express_cookie("one"));
  BOOST_TEST(text_of(session.history()) == "moved " + session.log_id() + " <" + old_name + "> alice");
  BOOST_TEST(opened(manager, express_cookie("one")).history().empty());
  BOOST_TEST(opened(manager, moved_cookie("one")).history().empty());
}

BOOST_AUTO_TEST_CASE(what_old_cookies_stand_for_ends_along_and_is_told) {
  express_writes("one", R"({"user":"alice"})");
  const std::string cookie = cookie_of(stored(R"({"user":"alice"})"_json));
  Session session = opened(manager, cookie + "; " + express_cookie("one"));
  const std::string name = session.log_id();
  BOOST_TEST(outcome(run(session.destroy())) == "written");
  const std::string old_name = manager.log_id_of(express.store_key("one"));
  BOOST_TEST(text_of(session.history()) == "destroyed " + name + " <> alice; destroyed " + old_name + " <> ");
}

BOOST_AUTO_TEST_CASE(a_refused_cookie_that_verified_has_a_name_and_a_forged_one_has_none) {
  Session session = stored(R"({"user":"alice"})"_json);
  const std::string cookie = cookie_of(session);
  const std::string name = opened(manager, cookie).log_id();
  std::string forged = cookie;
  forged.back() = forged.back() == 'A' ? 'B' : 'A';
  BOOST_TEST(run(session.destroy()).has_value());
  BOOST_TEST(open(manager, cookie)->named().name == name);
  BOOST_TEST(open(manager, forged)->named().name == "");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
