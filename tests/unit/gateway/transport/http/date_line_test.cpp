#include "gateway/transport/http/date_line.h"

#include <boost/test/unit_test.hpp>

#include "tests/support/fake_clock.h"

namespace session::gateway {
namespace {

BOOST_AUTO_TEST_SUITE(date_line)

BOOST_AUTO_TEST_CASE(it_is_the_date_that_rfc_9110_gives_as_its_example) {
  test::FakeClock clock;
  clock.set_unix(seconds(784111777));
  BOOST_TEST(DateLine(clock).now() == "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
}

BOOST_AUTO_TEST_CASE(it_goes_with_the_clock_also_backwards) {
  test::FakeClock clock;
  clock.set_unix(seconds(1795902004));
  DateLine line(clock);
  BOOST_TEST(line.now() == "Date: Sat, 28 Nov 2026 21:40:04 GMT\r\n");
  clock.advance(seconds(1));
  BOOST_TEST(line.now() == "Date: Sat, 28 Nov 2026 21:40:05 GMT\r\n");
  clock.set_unix(seconds(0));
  BOOST_TEST(line.now() == "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::gateway
