// A watchdog barks at its time, and not once it is gone.

#include "core/store/redis/connection/deadline_guard.h"

#include <optional>

#include <boost/test/unit_test.hpp>

#include "core/base/run.h"
#include "tests/support/run_all.h"

namespace session::test {
namespace {

Clock::Steady in(milliseconds time) { return system_clock().steady_now() + time; }

}  // namespace

BOOST_AUTO_TEST_SUITE(redis_watchdog)

BOOST_AUTO_TEST_CASE(it_barks_once_when_its_time_has_come) {
  int barked = 0;
  run([](int& count) -> Task<> {
    const Executor executor = co_await boost::asio::this_coro::executor;
    const auto begun = system_clock().steady_now();
    const DeadlineGuard dog(executor, begun + milliseconds(5), [&count] { ++count; });
    const auto has_barked = [&count] { return count > 0; };
    co_await until(has_barked);
    BOOST_TEST((system_clock().steady_now() >= begun + milliseconds(5)));
    co_await pause(milliseconds(10));
  }(barked));
  BOOST_TEST(barked == 1);
}

BOOST_AUTO_TEST_CASE(one_that_is_gone_is_silent_even_if_its_time_had_come) {
  boost::asio::io_context loop(1);
  int barked = 0;
  std::optional<DeadlineGuard> late(std::in_place, loop.get_executor(), in(milliseconds(0)),
                                    [&] { ++barked; });
  std::optional<DeadlineGuard> early(std::in_place, loop.get_executor(), in(std::chrono::hours(1)),
                                     [&] { ++barked; });
  late.reset();
  early.reset();
  loop.run();  // returns, as nothing is left to wait for
  BOOST_TEST(barked == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
