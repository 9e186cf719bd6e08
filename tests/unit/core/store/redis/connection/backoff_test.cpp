// The waits between attempts to connect.

#include "core/store/redis/connection/backoff.h"

#include <set>

#include <boost/test/unit_test.hpp>

namespace session::test {

BOOST_AUTO_TEST_SUITE(redis_backoff)

BOOST_AUTO_TEST_CASE(each_wait_is_half_to_all_of_twice_the_one_before_up_to_the_longest) {
  for (std::uint32_t seed = 0; seed < 200; ++seed) {
    Backoff backoff(seed);
    for (const std::int64_t most : {10, 20, 40, 80, 160, 250, 250, 250}) {
      const auto wait = backoff.next().count();
      BOOST_TEST(wait >= most / 2);
      BOOST_TEST(wait <= most);
    }
  }
}

BOOST_AUTO_TEST_CASE(after_a_reset_it_begins_anew) {
  Backoff backoff(1);
  for (int i = 0; i < 10; ++i) (void)backoff.next();
  BOOST_TEST(backoff.next().count() >= 125);
  backoff.reset();
  BOOST_TEST(backoff.next().count() <= 10);
  BOOST_TEST(backoff.next().count() <= 20);
}

BOOST_AUTO_TEST_CASE(those_who_lost_it_together_do_not_come_back_together) {
  std::set<std::int64_t> waits;
  for (std::uint32_t seed = 0; seed < 100; ++seed) {
    Backoff backoff(seed);
    for (int i = 0; i < 6; ++i) (void)backoff.next();
    waits.insert(backoff.next().count());
  }
  BOOST_TEST(waits.size() > 30u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
