// A timer expires by its clock, and by nothing else.

#include "core/base/timer.h"

#include <optional>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/test/unit_test.hpp>

#include "tests/support/fake_clock.h"

namespace session::test {
namespace {

using namespace std::chrono_literals;

struct Fixture {
  FakeClock clock;
  boost::asio::io_context loop{1};
  std::optional<Timer> timer{std::in_place, loop.get_executor(), clock};
  int calls = 0;
  std::optional<bool> waited;

  // Everything that is ready to run; also after the loop had run out of work.
  void poll() {
    loop.restart();
    loop.poll();
  }
  void start(milliseconds time) {
    timer->start(clock.steady_now() + time, [this] { ++calls; });
  }
  void wait(milliseconds time) {
    boost::asio::co_spawn(loop, keep(*timer, clock.steady_now() + time, waited), boost::asio::detached);
    poll();
  }
  static Task<> keep(Timer& timer, Clock::Steady at, std::optional<bool>& result) {
    result = co_await timer.wait_until(at);
  }
  void pass(milliseconds time) {
    clock.advance(time);
    poll();
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(timer_of_a_clock, Fixture)

BOOST_AUTO_TEST_CASE(a_later_start_replaces_an_earlier_one) {
  start(10ms);
  start(20ms);
  pass(10ms);
  BOOST_TEST(calls == 0);
  pass(10ms);
  BOOST_TEST(calls == 1);
  start(0ms);
  poll();
  BOOST_TEST(calls == 2);
}

BOOST_AUTO_TEST_CASE(a_timer_that_is_cancelled_in_the_moment_it_expires_does_not_call) {
  start(10ms);
  clock.advance(10ms);
  timer->cancel();
  poll();
  BOOST_TEST(calls == 0);
}

BOOST_AUTO_TEST_CASE(a_wait_says_whether_the_time_has_come) {
  wait(10ms);
  pass(9ms);
  BOOST_TEST(!waited.has_value());
  pass(1ms);
  BOOST_TEST(waited.value() == true);
  waited.reset();
  wait(10ms);
  timer->cancel();
  poll();
  BOOST_TEST(waited.value() == false);
}

BOOST_AUTO_TEST_CASE(a_wait_ends_when_the_timer_goes) {
  wait(10ms);
  timer.reset();
  poll();
  BOOST_TEST(waited.value() == false);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
