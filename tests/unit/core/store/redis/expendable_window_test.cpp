// The share of expendable entries in a store that can't bound them itself.

#include "core/store/redis/expendable_window.h"

#include <chrono>

#include <boost/test/unit_test.hpp>

#include "tests/support/fake_clock.h"

namespace session::test {
namespace {

using namespace std::chrono_literals;

struct Fixture {
  FakeClock clock;
  ExpendableWindow window{1000, clock};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(expendable_window, Fixture)

BOOST_AUTO_TEST_CASE(so_many_bytes_are_admitted_and_not_one_more) {
  BOOST_TEST(window.admit(400, 1min));
  BOOST_TEST(window.admit(600, 1min));
  BOOST_TEST(!window.admit(1, 1min));
  BOOST_TEST(window.admit(0, 1min));
  BOOST_TEST(!ExpendableWindow(1000, clock).admit(1001, 1min));
}

BOOST_AUTO_TEST_CASE(what_is_refused_does_not_count) {
  BOOST_TEST(!window.admit(1001, 1min));
  BOOST_TEST(window.admit(1000, 1min));
}

BOOST_AUTO_TEST_CASE(bytes_count_until_their_time_to_live_has_passed_and_little_longer) {
  BOOST_TEST(window.admit(600, 60s));
  clock.advance(30s);
  BOOST_TEST(window.admit(400, 60s));
  clock.advance(29s);
  BOOST_TEST(!window.admit(1, 60s));
  clock.advance(11s);
  BOOST_TEST(window.admit(600, 60s));
  BOOST_TEST(!window.admit(1, 60s));
}

BOOST_AUTO_TEST_CASE(a_very_long_life_counts_for_a_day) {
  BOOST_TEST(window.admit(1000, milliseconds::max()));
  clock.advance(23h);
  BOOST_TEST(!window.admit(1, 1s));
  clock.advance(1h + 10s);
  BOOST_TEST(window.admit(1000, 1s));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
