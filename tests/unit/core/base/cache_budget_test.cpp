#include "core/base/cache_budget.h"

#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

namespace session::test {

BOOST_AUTO_TEST_SUITE(cache_budget)

BOOST_AUTO_TEST_CASE(no_more_is_given_than_there_is) {
  CacheBudget budget(100);
  BOOST_TEST(budget.reserve(60));
  BOOST_TEST(!budget.reserve(41));
  BOOST_TEST(budget.reserve(40));
  BOOST_TEST(budget.used() == 100U);
  budget.release(60);
  BOOST_TEST(budget.reserve(1));
  BOOST_TEST(budget.used() == 41U);
  BOOST_TEST(!budget.reserve(static_cast<std::size_t>(-1)));
}

BOOST_AUTO_TEST_CASE(who_holds_more_than_a_share_gives_way_only_while_there_is_little_left) {
  CacheBudget budget(800);
  budget.join(1);
  budget.join(3);
  BOOST_TEST(budget.reserve(500));
  BOOST_TEST(!budget.should_shrink(500, 1));
  BOOST_TEST(budget.reserve(200));
  BOOST_TEST(budget.should_shrink(201, 1));
  BOOST_TEST(!budget.should_shrink(200, 1));
  BOOST_TEST(budget.should_shrink(601, 3));
  BOOST_TEST(!budget.should_shrink(600, 3));
  budget.leave(3);
  BOOST_TEST(!budget.should_shrink(700, 1));
}

BOOST_AUTO_TEST_CASE(it_says_what_there_is_room_for_now_and_once_a_cache_has_forgotten_its_own) {
  CacheBudget budget(100);
  BOOST_TEST(budget.reserve(70));
  BOOST_TEST(budget.fits(30));
  BOOST_TEST(!budget.fits(31));
  BOOST_TEST(budget.fits(80, 50));
  BOOST_TEST(!budget.fits(81, 50));
  BOOST_TEST(!budget.fits(101, 70));
  BOOST_TEST(!budget.is_exceeded());
  budget.set_max(60);
  BOOST_TEST(budget.is_exceeded());
  BOOST_TEST(!budget.fits(1));
  BOOST_TEST(budget.fits(10, 20));
  BOOST_TEST(!budget.fits(11, 20));
}

BOOST_AUTO_TEST_CASE(less_from_a_reload_on_gives_nothing_more) {
  CacheBudget budget(100);
  BOOST_TEST(budget.reserve(80));
  budget.set_max(50);
  BOOST_TEST(!budget.reserve(1));
  BOOST_TEST(budget.should_shrink(80, 1));
  budget.release(60);
  BOOST_TEST(budget.reserve(30));
}

BOOST_AUTO_TEST_CASE(threads_together_get_no_more_than_there_is) {
  CacheBudget budget(1000);
  std::vector<std::thread> threads;
  std::atomic<std::size_t> given = 0;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 1000; ++j) given += budget.reserve(1) ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  BOOST_TEST(given == 1000U);
  BOOST_TEST(budget.used() == 1000U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
