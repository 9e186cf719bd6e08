// A deadline guard calls its function at its time, and not once it is gone.

#include "core/store/redis/connection/deadline_guard.h"

#include <optional>

#include <boost/test/unit_test.hpp>

#include "core/base/run.h"
#include "tests/support/fake_clock.h"

namespace session::test {

using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(redis_deadline_guard)

BOOST_AUTO_TEST_CASE(it_calls_once_when_its_time_has_come) {
  FakeClock clock;
  boost::asio::io_context loop(1);
  int calls = 0;
  const DeadlineGuard guard(loop.get_executor(), clock, clock.steady_now() + 5ms, [&] { ++calls; });
  clock.advance(4ms);
  loop.poll();
  BOOST_TEST(calls == 0);
  clock.advance(1ms);
  loop.poll();
  BOOST_TEST(calls == 1);
  clock.advance(1h);
  loop.poll();
  BOOST_TEST(calls == 1);
}

BOOST_AUTO_TEST_CASE(one_that_is_gone_is_silent_even_if_its_time_had_come) {
  for (const bool fake : {true, false}) {
    FakeClock set_by_hand;
    const Clock& clock = fake ? static_cast<const Clock&>(set_by_hand) : system_clock();
    boost::asio::io_context loop(1);
    int calls = 0;
    const Clock::Steady now = clock.steady_now();
    std::optional<DeadlineGuard> late(std::in_place, loop.get_executor(), clock, now, [&] { ++calls; });
    std::optional<DeadlineGuard> early(std::in_place, loop.get_executor(), clock, now + 1h, [&] { ++calls; });
    late.reset();
    early.reset();
    loop.run();  // returns, as nothing is left to wait for
    BOOST_TEST(calls == 0);
  }
}

BOOST_AUTO_TEST_CASE(with_the_machines_clock_it_expires_by_itself) {
  boost::asio::io_context loop(1);
  int calls = 0;
  const Clock::Steady at = system_clock().steady_now() + 5ms;
  const DeadlineGuard guard(loop.get_executor(), system_clock(), at, [&] { ++calls; });
  loop.run();
  BOOST_TEST(calls == 1);
  BOOST_TEST((system_clock().steady_now() >= at));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
