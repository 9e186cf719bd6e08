#include "gateway/server/idle_watch.h"

#include <boost/test/unit_test.hpp>

namespace session::test {
namespace {

using namespace std::chrono_literals;

Clock::Steady at(milliseconds time) { return Clock::Steady(1h + time); }

}  // namespace

BOOST_AUTO_TEST_SUITE(idle_watch)

BOOST_AUTO_TEST_CASE(a_minute_without_requests_is_told_once) {
  gateway::IdleWatch watch(60s);
  watch.count();
  BOOST_TEST(!watch.became_idle(at(0s)));
  BOOST_TEST(!watch.became_idle(at(59s)));
  BOOST_TEST(watch.became_idle(at(60s)));
  BOOST_TEST(!watch.became_idle(at(61s)));
  BOOST_TEST(!watch.became_idle(at(1000s)));
}

BOOST_AUTO_TEST_CASE(a_request_begins_the_time_anew) {
  gateway::IdleWatch watch(60s);
  watch.count();
  BOOST_TEST(!watch.became_idle(at(0s)));
  watch.count();
  BOOST_TEST(!watch.became_idle(at(60s)));
  BOOST_TEST(!watch.became_idle(at(119s)));
  BOOST_TEST(watch.became_idle(at(120s)));
  watch.count();
  BOOST_TEST(!watch.became_idle(at(121s)));
  BOOST_TEST(watch.became_idle(at(181s)));
}

BOOST_AUTO_TEST_CASE(a_process_that_nobody_has_asked_has_nothing_to_give_back) {
  gateway::IdleWatch watch(60s);
  BOOST_TEST(!watch.became_idle(at(0s)));
  BOOST_TEST(!watch.became_idle(at(3600s)));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
