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
  BOOST_TEST(window.admit({400, 1min}));
  BOOST_TEST(window.admit({600, 1min}));
  BOOST_TEST(!window.admit({1, 1min}));
  BOOST_TEST(window.admit({0, 1min}));
  BOOST_TEST(!ExpendableWindow(1000, clock).admit({1001, 1min}));
}

BOOST_AUTO_TEST_CASE(what_is_refused_does_not_count) {
  BOOST_TEST(!window.admit({1001, 1min}));
  BOOST_TEST(window.admit({1000, 1min}));
}

BOOST_AUTO_TEST_CASE(bytes_count_until_their_time_to_live_has_passed_and_little_longer) {
  BOOST_TEST(window.admit({600, 60s}));
  clock.advance(30s);
  BOOST_TEST(window.admit({400, 60s}));
  clock.advance(29s);
  BOOST_TEST(!window.admit({1, 60s}));
  clock.advance(11s);
  BOOST_TEST(window.admit({600, 60s}));
  BOOST_TEST(!window.admit({1, 60s}));
}

BOOST_AUTO_TEST_CASE(a_long_life_and_one_without_an_end_count_to_the_end) {
  BOOST_TEST(window.admit({500, std::chrono::hours(24 * 30)}));
  BOOST_TEST(window.admit({500, milliseconds::max()}));
  clock.advance(std::chrono::hours(24 * 30) - 1s);
  BOOST_TEST(!window.admit({1, 1s}));
  clock.advance(11s);
  BOOST_TEST(window.admit({500, 1s}));
  clock.advance(std::chrono::hours(24 * 360));
  BOOST_TEST(!window.admit({501, 1s}));
}

// --- Entries that stay longer ---

BOOST_AUTO_TEST_CASE(what_is_extended_again_and_again_counts_all_the_while_and_only_once) {
  BOOST_TEST(window.admit({600, 30min}));
  for (int minute = 1; minute <= 12 * 60; ++minute) {
    clock.advance(1min);
    BOOST_TEST_REQUIRE(window.may_extend({600, 29min}));
    window.count_instead({600, 29min}, {600, 30min});
    BOOST_TEST_REQUIRE(!window.admit({401, 1s}));
    if (minute % 60 == 0) BOOST_TEST_REQUIRE(window.admit({400, 1s}));
  }
  clock.advance(30min + 11s);
  BOOST_TEST(window.admit({1000, 1s}));
}

BOOST_AUTO_TEST_CASE(an_end_that_a_store_reports_a_little_off_is_the_same_end) {
  for (const milliseconds off : {-1500ms, -1ms, 0ms, 1ms, 1500ms}) {
    for (const milliseconds since : {0ms, 3000ms, 6000ms, 9000ms, 12000ms}) {
      ExpendableWindow one(2000, clock);
      clock.advance(since);
      BOOST_TEST(one.admit({1000, 1min}));
      one.count_instead({1000, 1min + off}, {1000, 30min});
      BOOST_TEST(one.admit({1000, 1s}));  // it counts once
      clock.advance(80s);
      BOOST_TEST(!one.admit({1001, 1s}));
      clock.advance(29min);
      BOOST_TEST(one.admit({2000, 1s}));
    }
  }
}

BOOST_AUTO_TEST_CASE(an_extension_to_the_same_end_changes_nothing) {
  BOOST_TEST(window.admit({500, 30min}));
  for (int i = 0; i < 20; ++i) window.count_instead({500, 30min}, {500, 30min});
  BOOST_TEST(window.admit({500, 30min}));
  BOOST_TEST(!window.admit({1, 30min}));
}

BOOST_AUTO_TEST_CASE(what_counts_may_be_extended_even_when_nothing_else_has_room) {
  BOOST_TEST(window.admit({1000, 1min}));
  BOOST_TEST(window.may_extend({1000, 1min}));
  BOOST_TEST(window.admit_instead({1000, 1min}, {1000, 30min}));
  BOOST_TEST(window.may_extend({1000, 30min}));
}

BOOST_AUTO_TEST_CASE(what_another_process_has_written_is_extended_while_there_is_room_and_counts_then) {
  BOOST_TEST(window.may_extend({600, 20min}));
  window.count_instead({600, 20min}, {600, 30min});
  BOOST_TEST(!window.may_extend({600, 10min}));
  BOOST_TEST(!window.admit_instead({600, 10min}, {600, 30min}));
  BOOST_TEST(!window.admit({401, 1min}));
  BOOST_TEST(window.admit({400, 1min}));
}

BOOST_AUTO_TEST_CASE(what_happened_all_the_same_counts_and_no_more_is_admitted_until_it_has_ended) {
  BOOST_TEST(window.admit({1000, 1min}));
  window.count_instead({500, 10min}, {500, 30min});
  BOOST_TEST(!window.admit({1, 1min}));
  BOOST_TEST(window.may_extend({500, 30min}));
  BOOST_TEST(window.admit_instead({500, 30min}, {400, 30min}));
  BOOST_TEST(!window.admit({1, 1min}));
  clock.advance(71s);
  BOOST_TEST(window.admit({600, 1min}));
}

BOOST_AUTO_TEST_CASE(an_entry_that_grows_counts_what_it_has_grown_by_and_one_that_shrinks_gives_it_back) {
  BOOST_TEST(window.admit({400, 30min}));
  BOOST_TEST(!window.admit_instead({400, 30min}, {1001, 30min}));
  BOOST_TEST(window.admit_instead({400, 30min}, {1000, 30min}));
  BOOST_TEST(!window.admit({1, 1min}));
  BOOST_TEST(window.admit_instead({1000, 30min}, {100, 1min}));
  BOOST_TEST(window.admit({900, 30min}));
  clock.advance(71s);
  BOOST_TEST(window.admit({100, 1min}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
