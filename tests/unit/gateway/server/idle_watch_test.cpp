#include "gateway/server/idle_watch.h"

#include <boost/test/unit_test.hpp>

namespace session::test {
namespace {

using namespace std::chrono_literals;

Clock::Steady at(milliseconds time) { return Clock::Steady(1h + time); }

}  // namespace

BOOST_AUTO_TEST_SUITE(idle_watch)

BOOST_AUTO_TEST_CASE(each_minute_without_requests_is_told) {
  gateway::IdleWatch watch(60s);
  watch.count();
  BOOST_TEST(!watch.is_due(at(0s)));
  BOOST_TEST(!watch.is_due(at(59s)));
  BOOST_TEST(watch.is_due(at(60s)));
  BOOST_TEST(!watch.is_due(at(61s)));
  BOOST_TEST(!watch.is_due(at(119s)));
  BOOST_TEST(watch.is_due(at(120s)));
  BOOST_TEST(watch.is_due(at(1000s)));
  BOOST_TEST(!watch.is_due(at(1059s)));
}

BOOST_AUTO_TEST_CASE(a_request_begins_the_time_anew) {
  gateway::IdleWatch watch(60s);
  watch.count();
  BOOST_TEST(!watch.is_due(at(0s)));
  watch.count();
  BOOST_TEST(!watch.is_due(at(60s)));
  BOOST_TEST(!watch.is_due(at(119s)));
  BOOST_TEST(watch.is_due(at(120s)));
  watch.count();
  BOOST_TEST(!watch.is_due(at(121s)));
  BOOST_TEST(watch.is_due(at(181s)));
}

BOOST_AUTO_TEST_CASE(a_process_that_nobody_has_asked_has_nothing_to_give_back) {
  gateway::IdleWatch watch(60s);
  BOOST_TEST(!watch.is_due(at(0s)));
  BOOST_TEST(!watch.is_due(at(3600s)));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
