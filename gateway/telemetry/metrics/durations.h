#pragma once

#include <array>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace session::gateway {

// The bounds of the buckets of all durations: from a microsecond, which the memory store takes, to the
// seconds of an outage, in steps of at most 2.5.
inline constexpr std::array<std::uint64_t, 21> kBoundsNanos = {
    1'000,      2'500,       5'000,       10'000,      25'000,        50'000,        100'000,
    250'000,    500'000,     1'000'000,   2'500'000,   5'000'000,     10'000'000,    25'000'000,
    50'000'000, 100'000'000, 250'000'000, 500'000'000, 1'000'000'000, 2'500'000'000, 5'000'000'000};

// One more than the bounds: the last bucket is for longer durations.
inline constexpr std::size_t kBuckets = kBoundsNanos.size() + 1;

namespace detail {
// The first possible bucket of a duration, by the number of its binary digits.
inline constexpr auto kFirstBucket = [] {
  std::array<std::uint8_t, 65> first{};
  for (std::size_t digits = 1; digits < first.size(); ++digits) {
    const std::uint64_t least = std::uint64_t{1} << (digits - 1);
    std::uint8_t bucket = 0;
    while (bucket < kBoundsNanos.size() && kBoundsNanos[bucket] < least) ++bucket;
    first[digits] = bucket;
  }
  return first;
}();
}  // namespace detail

// Returns the bucket of a duration. A bound belongs to the bucket below it, as Prometheus' `le` does. It
// takes two comparisons at most, because no octave holds more than one bound.
[[nodiscard]] constexpr std::size_t bucket_of(std::uint64_t nanos) {
  std::size_t bucket = detail::kFirstBucket[static_cast<std::size_t>(std::bit_width(nanos))];
  while (bucket < kBoundsNanos.size() && kBoundsNanos[bucket] < nanos) ++bucket;
  return bucket;
}

// Returns the nanoseconds; 0 if the clock went backwards.
[[nodiscard]] constexpr std::uint64_t nanos_of(std::chrono::nanoseconds took) {
  return took.count() < 0 ? 0 : static_cast<std::uint64_t>(took.count());
}

}  // namespace session::gateway
