#include "gateway/telemetry/metrics/durations.h"

#include <limits>

#include <boost/test/unit_test.hpp>

namespace session::gateway {

BOOST_AUTO_TEST_SUITE(durations)

BOOST_AUTO_TEST_CASE(a_bound_belongs_to_the_bucket_below_it_and_what_is_longer_to_the_next) {
  for (std::size_t i = 0; i < kBoundsNanos.size(); ++i) {
    BOOST_TEST(bucket_of(kBoundsNanos[i] - 1) == i);
    BOOST_TEST(bucket_of(kBoundsNanos[i]) == i);
    BOOST_TEST(bucket_of(kBoundsNanos[i] + 1) == i + 1);
  }
}

BOOST_AUTO_TEST_CASE(the_shortest_and_the_longest_durations_have_a_bucket) {
  BOOST_TEST(bucket_of(0) == 0U);
  BOOST_TEST(bucket_of(1) == 0U);
  BOOST_TEST(bucket_of(std::numeric_limits<std::uint64_t>::max()) == kBuckets - 1);
}

BOOST_AUTO_TEST_CASE(every_octave_is_found_as_a_search_through_all_bounds_finds_it) {
  for (unsigned digit = 0; digit < 64; ++digit) {
    for (const std::uint64_t offset : {std::uint64_t{0}, std::uint64_t{1}, (std::uint64_t{1} << digit) - 1}) {
      const std::uint64_t nanos = (std::uint64_t{1} << digit) + offset;
      std::size_t expected = 0;
      while (expected < kBoundsNanos.size() && kBoundsNanos[expected] < nanos) ++expected;
      BOOST_TEST(bucket_of(nanos) == expected, nanos << " ns");
    }
  }
}

BOOST_AUTO_TEST_CASE(a_clock_that_went_backwards_counts_as_no_time) {
  BOOST_TEST(nanos_of(std::chrono::nanoseconds(-1)) == 0U);
  BOOST_TEST(nanos_of(std::chrono::microseconds(2)) == 2000U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway
