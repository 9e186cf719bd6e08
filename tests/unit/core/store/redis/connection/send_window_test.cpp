// How many commands a connection may have in flight.

#include "core/store/redis/connection/send_window.h"

#include <boost/test/unit_test.hpp>

namespace session::test {
namespace {

using namespace std::chrono_literals;

constexpr Clock::Steady kStart{1000s};

}  // namespace

BOOST_AUTO_TEST_SUITE(redis_send_window)

BOOST_AUTO_TEST_CASE(nothing_is_limited_before_a_command_is_late) {
  SendWindow window(1s);
  window.on_reply(0ms);
  BOOST_TEST(!window.is_limited());
  BOOST_TEST(window.room(1'000'000) > 0U);
}

BOOST_AUTO_TEST_CASE(a_late_command_halves_what_is_in_flight_once_per_period) {
  SendWindow window(1s);
  window.on_late(100, kStart);
  BOOST_TEST(window.room(0) == 50U);
  BOOST_TEST(window.room(49) == 1U);
  BOOST_TEST(window.room(50) == 0U);
  BOOST_TEST(window.room(80) == 0U);
  window.on_late(90, kStart + 999ms);
  BOOST_TEST(window.room(0) == 50U);
  window.on_late(70, kStart + 1s);
  BOOST_TEST(window.room(0) == 25U);
}

BOOST_AUTO_TEST_CASE(some_are_sent_however_slow_the_server_is) {
  SendWindow window(1s);
  for (int i = 0; i < 10; ++i) window.on_late(8, kStart + 2s * i);
  BOOST_TEST(window.room(0) == SendWindow::kMin);
}

BOOST_AUTO_TEST_CASE(it_grows_by_replies_that_leave_half_of_the_period) {
  SendWindow window(1s);
  window.on_late(20, kStart);
  for (int i = 0; i < 40; ++i) window.on_reply(499ms);
  BOOST_TEST(window.room(0) == 10U);
  for (int i = 0; i < 3; ++i) window.on_reply(500ms);
  BOOST_TEST(window.room(0) == 10U);
  window.on_reply(500ms);
  BOOST_TEST(window.room(0) == 11U);
}

BOOST_AUTO_TEST_CASE(it_ends_when_it_has_grown_large_and_with_the_connection) {
  SendWindow window(1s);
  window.on_late(SendWindow::kUnlimited, kStart);
  BOOST_TEST(window.room(0) == SendWindow::kUnlimited / 2);
  for (std::size_t i = 0; i < SendWindow::kRepliesToGrow * SendWindow::kUnlimited / 2; ++i)
    window.on_reply(900ms);
  BOOST_TEST(!window.is_limited());
  window.on_late(10, kStart + 5s);
  BOOST_TEST(window.is_limited());
  window.reset();
  BOOST_TEST(!window.is_limited());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
