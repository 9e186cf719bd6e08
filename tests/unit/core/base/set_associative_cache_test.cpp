#include "core/base/set_associative_cache.h"

#include <algorithm>
#include <cstddef>
#include <new>
#include <string>

#include <boost/test/unit_test.hpp>

#include "tests/support/text_cache.h"

namespace session::test {

BOOST_AUTO_TEST_SUITE(set_associative_cache)

BOOST_AUTO_TEST_CASE(an_entry_is_found_by_its_hash) {
  Cache cache(budget_of(kMiB), 1);
  BOOST_TEST(at(cache, 0) == "nothing");
  put_at(cache, 5, "five");
  BOOST_TEST(at(cache, 5) == "five");
  BOOST_TEST(at(cache, 5 + Cache::kSegmentSlots) == "nothing", "another hash of the same set");
  BOOST_TEST(at(cache, 0) == "nothing", "a free slot has no hash");
  put_at(cache, 5, "another five");
  BOOST_TEST(at(cache, 5) == "another five");
  BOOST_TEST(cache.entries() == 1U);
}

BOOST_AUTO_TEST_CASE(four_keys_of_one_set_are_held_and_a_fifth_takes_the_place_of_one_the_eighth_time) {
  Cache cache(budget_of(kMiB), 1);
  for (std::size_t key = 0; key < 4; ++key) put_at(cache, key * Cache::kSegmentSlots, "first");
  for (std::size_t time = 1; time <= AdmissionPolicy::kOneIn; ++time) {
    BOOST_TEST(cache.entries() == 4U);
    BOOST_TEST(at(cache, 4 * Cache::kSegmentSlots) == "nothing");
    put_at(cache, 4 * Cache::kSegmentSlots, "fifth");
  }
  BOOST_TEST(at(cache, 4 * Cache::kSegmentSlots) == "fifth");
  BOOST_TEST(cache.entries() == 4U);
  BOOST_TEST(cache.slots() == Cache::kSegmentSlots, "few that meet make no table grow");
  // The next ones take the places of the others.
  for (std::size_t key = 5; key < 8; ++key) {
    for (std::size_t time = 0; time < AdmissionPolicy::kOneIn; ++time)
      put_at(cache, key * Cache::kSegmentSlots, "later");
  }
  for (std::size_t key = 4; key < 8; ++key)
    BOOST_TEST(at(cache, key * Cache::kSegmentSlots) != "nothing", key);
}

BOOST_AUTO_TEST_CASE(it_takes_little_for_few_and_grows_by_segments_until_nearly_all_are_held) {
  const auto budget = budget_of(64 * kMiB);
  Cache cache(budget, 1);
  put(cache, 0);
  BOOST_TEST(cache.held_bytes() == Cache::segment_bytes() + kCost);
  for (const std::size_t keys : {1'000U, 5'000U, 40'000U}) {
    bool by_segments = true;
    bool counts_all = true;
    for (std::size_t round = 0; round < 5; ++round) {
      for (std::size_t number = 0; number < keys; ++number) {
        const std::size_t before = cache.slots();
        if (!has(cache, number)) put(cache, number);
        by_segments = by_segments && cache.slots() <= before + Cache::kSegmentSlots;
        counts_all = counts_all && budget->used() == cache.held_bytes() &&
                     cache.held_bytes() == cache.table_bytes() + cache.entries() * kCost;
      }
    }
    BOOST_TEST(by_segments);
    BOOST_TEST(counts_all);
    BOOST_TEST(held_of(cache, 0, keys) >= keys * 95 / 100, keys << " keys");
    BOOST_TEST(cache.slots() <= 3 * keys + Cache::kSegmentSlots, keys << " keys");
  }
}

// Entries that are put once move whenever a segment comes that they belong to, in each of several rounds.
BOOST_AUTO_TEST_CASE(what_it_held_is_held_after_it_has_grown) {
  Cache cache(budget_of(64 * kMiB), 1);
  // The low bits of a hash pick the set. These have sets of their own, to which none of the others belongs.
  constexpr std::size_t kSets = Cache::kSegmentSlots / 4;
  constexpr std::size_t kKept = kSets / 4;
  const auto hash_of_kept = [](std::size_t kept) { return (kept * 0x9e3779b1U & ~(kSets - 1)) | kept; };
  for (std::size_t kept = 0; kept < kKept; ++kept) put_at(cache, hash_of_kept(kept), std::to_string(kept));
  std::size_t grown = 0;
  for (std::size_t number = 0; number < 60'000; ++number) {
    if (hash_of(number) % kSets < kKept) continue;
    const std::size_t before = cache.slots();
    put(cache, number);
    if (cache.slots() == before) continue;
    ++grown;
    for (std::size_t kept = 0; kept < kKept; ++kept)
      BOOST_TEST_REQUIRE(at(cache, hash_of_kept(kept)) == std::to_string(kept));
  }
  BOOST_TEST(grown > 40U);
}

BOOST_AUTO_TEST_CASE(it_keeps_within_the_budget_at_every_moment) {
  for (const std::size_t room : {std::size_t{0}, std::size_t{1000}, kMiB / 8, kMiB}) {
    const auto budget = budget_of(room);
    Cache cache(budget, 1);
    std::size_t most = 0;
    for (std::size_t number = 0; number < 20'000; ++number) {
      put(cache, number, 1 + number % 300);
      BOOST_TEST_REQUIRE(budget->used() == cache.held_bytes());
      BOOST_TEST_REQUIRE(budget->used() <= room);
      most = std::max(most, cache.entries());
    }
    BOOST_TEST((most == 0) == (room < Cache::segment_bytes()));
    if (room == kMiB) BOOST_TEST(most > 5'000U);
  }
}

// Copying what is thrown away again costs more than it is worth.
BOOST_AUTO_TEST_CASE(without_room_one_in_eight_takes_the_place_of_others) {
  const auto budget = budget_of(Cache::segment_bytes() + 10 * kCost);
  Cache cache(budget, 1);
  for (std::size_t number = 0; number < 10; ++number) put(cache, number);
  BOOST_TEST(held_of(cache, 0, 10) == 10U);
  for (std::size_t number = 10; number < 10 + AdmissionPolicy::kOneIn; ++number) put(cache, number);
  BOOST_TEST(held_of(cache, 0, 10) == 9U);
  BOOST_TEST(cache.entries() == 10U);
  // Who changes keeps its place, unless it has become larger than all that there is.
  const std::size_t last = 9 + AdmissionPolicy::kOneIn;
  put(cache, last, 2 * kCost);
  BOOST_TEST(has(cache, last));
  BOOST_TEST(cache.entries() == 9U);
  put(cache, last, 11 * kCost);
  BOOST_TEST(!has(cache, last));
  BOOST_TEST(cache.entries() == 8U);
}

BOOST_AUTO_TEST_CASE(what_can_t_be_kept_takes_nobodys_place) {
  const auto budget = budget_of(Cache::segment_bytes() + 10 * kCost);
  Cache cache(budget, 1);
  for (std::size_t number = 0; number < 10; ++number) put(cache, number);
  for (std::size_t number = 10; number < 1000; ++number) put(cache, number, 11 * kCost);
  BOOST_TEST(held_of(cache, 0, 10) == 10U);
  // The room is others'.
  cache.release();
  put(cache, 0);
  BOOST_TEST_REQUIRE(budget->reserve(budget->max() - budget->used()));
  for (std::size_t number = 10; number < 1000; ++number) put(cache, number, 2 * kCost);
  BOOST_TEST(held_of(cache, 0, 10) == 1U);
}

BOOST_AUTO_TEST_CASE(what_is_released_begins_small_again) {
  const auto budget = budget_of(64 * kMiB);
  {
    Cache cache(budget, 1);
    (void)ask(cache, 0, 10'000);
    cache.release();
    BOOST_TEST(budget->used() == 0U);
    BOOST_TEST(held_of(cache, 0, 10'000) == 0U);
    put(cache, 1);
    BOOST_TEST(cache.held_bytes() == Cache::segment_bytes() + kCost);
  }
  BOOST_TEST(budget->used() == 0U);
}

BOOST_AUTO_TEST_CASE(an_entry_that_can_t_be_made_for_want_of_memory_is_not_kept) {
  const auto budget = budget_of(kMiB);
  Cache cache(budget, 1);
  put(cache, 1);
  const std::size_t before = cache.held_bytes();
  const auto failing = []() -> TextEntry { throw std::bad_alloc(); };
  cache.put(hash_of(2), kCost, failing);
  BOOST_TEST(cache.held_bytes() == before);
  cache.put(hash_of(1), kCost, failing);
  BOOST_TEST(!has(cache, 1), "it is out of date");
  BOOST_TEST(cache.held_bytes() == before - kCost);
  BOOST_TEST(budget->used() == cache.held_bytes());
}

BOOST_AUTO_TEST_CASE(a_table_that_the_heap_has_no_room_for_goes_on_with_what_it_has) {
  const auto budget = budget_of(64 * kMiB);
  Cache cache(budget, 1);
  for (int round = 0; round < 5; ++round) (void)ask(cache, 0, 2'000);
  const std::size_t slots = cache.slots();
  const auto put_without_room = [&](std::size_t number) {
    slots_left = Cache::kSegmentSlots / 2;
    put(cache, number);
    slots_left = static_cast<std::size_t>(-1);
  };
  for (int round = 0; round < 50; ++round) {
    for (std::size_t number = 10'000; number < 12'000; ++number) {
      if (!has(cache, number)) put_without_room(number);
    }
  }
  BOOST_TEST(cache.slots() == slots);
  BOOST_TEST(held_of(cache, 10'000, 12'000) > 1'500U, "others took the places of the first");
  BOOST_TEST(budget->used() == cache.held_bytes());
  // Without any table nothing is kept, and nothing counts.
  cache.release();
  put_without_room(1);
  BOOST_TEST(budget->used() == 0U);
  put(cache, 1);
  BOOST_TEST(has(cache, 1));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
