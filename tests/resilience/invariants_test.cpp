// That the drills see what they look for.

#include <chrono>

#include <boost/test/unit_test.hpp>

#include "tests/resilience/tally.h"

namespace session::gateway::test {
namespace {

using namespace std::chrono_literals;
using Kind = Judgement::Kind;

Answer said(int status, const std::string& headers = "") {
  Answer answer;
  answer.status = status;
  answer.headers = headers;
  return answer;
}

Answer outage(const std::string& more = "") {
  return said(503, "X-Session-Reason: store-unavailable\r\nRetry-After: 5\r\n" + more);
}

Kind kind_of(const Answer& answer, bool sound = false) { return judged("a check", answer, sound).kind; }

// Asked at once and answered so long after the epoch.
void add(Tally& tally, Kind kind, milliseconds at) { tally.add({kind, "why"}, Moment(at), Moment(at)); }

}  // namespace

BOOST_AUTO_TEST_SUITE(drills_judgement)

BOOST_AUTO_TEST_CASE(an_outage_says_so_and_nothing_of_a_cookie) {
  BOOST_TEST((kind_of(outage()) == Kind::outage));
  BOOST_TEST((kind_of(outage("Set-Cookie: session=; Max-Age=0\r\n")) == Kind::wrong));
  BOOST_TEST((kind_of(said(503, "Retry-After: 5\r\n")) == Kind::wrong));
  BOOST_TEST((kind_of(said(503, "X-Session-Reason: store-unavailable\r\n")) == Kind::wrong));
}

BOOST_AUTO_TEST_CASE(what_is_neither_sound_nor_an_outage_is_wrong) {
  BOOST_TEST((kind_of(said(204), true) == Kind::sound));
  BOOST_TEST((kind_of(said(204, "Set-Cookie: session=x\r\n"), true) == Kind::wrong));
  BOOST_TEST((kind_of(said(204)) == Kind::wrong));
  BOOST_TEST((kind_of(said(401, "X-Session-Reason: unknown\r\n")) == Kind::wrong));
}

BOOST_AUTO_TEST_CASE(the_window_is_from_the_first_outage_after_the_fault_to_the_last) {
  Tally tally;
  add(tally, Kind::outage, 10ms);
  tally.begin(Moment(100ms));
  add(tally, Kind::sound, 110ms);
  add(tally, Kind::outage, 120ms);
  tally.back(Moment(300ms));
  add(tally, Kind::outage, 350ms);
  add(tally, Kind::sound, 400ms);
  tally.add({}, Moment(400ms), Moment(470ms));
  BOOST_TEST(line("one", tally.figures()) ==
             "drill one: 5 requests, 2 outages, window 230 ms, back after 50 ms, longest answer 70 ms");
  BOOST_TEST(tally.answered() == 2u);
  BOOST_TEST((tally.last_trouble() == Moment(350ms)));
}

BOOST_AUTO_TEST_CASE(an_outage_that_ends_before_redis_is_back_is_over_at_once) {
  Tally tally;
  tally.begin(Moment(100ms));
  add(tally, Kind::outage, 120ms);
  tally.back(Moment(300ms));
  BOOST_TEST(tally.figures().back_after.count() == 0);
  BOOST_TEST((tally.last_trouble() == Moment(300ms)));
}

BOOST_AUTO_TEST_CASE(what_is_asked_and_answered_while_redis_is_gone_did_not_come_from_there) {
  Tally tally;
  tally.redis_is_gone(Moment(100ms));
  tally.add({}, Moment(90ms), Moment(110ms));
  add(tally, Kind::refused, 120ms);
  add(tally, Kind::outage, 120ms);
  BOOST_TEST(tally.figures().wrong == 0u);
  add(tally, Kind::sound, 120ms);
  tally.redis_may_answer();
  add(tally, Kind::sound, 130ms);
  BOOST_TEST(tally.figures().wrong == 1u);
}

BOOST_AUTO_TEST_CASE(while_redis_is_gone_a_copy_may_answer_checks_for_as_long_as_it_is_relied_on) {
  Tally tally;
  tally.redis_is_gone(Moment(100ms), 50ms);
  add(tally, Kind::checked, 150ms);
  BOOST_TEST(tally.answered() == 1u);
  BOOST_TEST(tally.figures().wrong == 0u);
  add(tally, Kind::sound, 150ms);
  BOOST_TEST(tally.figures().wrong == 1u);
  add(tally, Kind::checked, 151ms);
  BOOST_TEST(tally.figures().wrong == 2u);
  tally.redis_is_gone(Moment(100ms));
  add(tally, Kind::checked, 101ms);
  BOOST_TEST(tally.figures().wrong == 3u);
}

BOOST_AUTO_TEST_CASE(what_is_wrong_counts_also_before_the_fault) {
  Tally tally;
  for (int i = 0; i < 9; ++i) add(tally, Kind::wrong, 10ms);
  tally.begin(Moment(100ms));
  BOOST_TEST(tally.figures().wrong == 9u);
  BOOST_TEST(tally.figures().examples.size() == 5u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway::test
