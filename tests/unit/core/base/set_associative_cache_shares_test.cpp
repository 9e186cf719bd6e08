// How the caches of one budget share it.

#include <algorithm>
#include <cstddef>
#include <memory>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/text_cache.h"

namespace session::test {

BOOST_AUTO_TEST_SUITE(set_associative_cache_shares)

// Workers begin to be asked one after the other, and each has caches of two kinds.
BOOST_AUTO_TEST_CASE(who_came_first_gives_way_to_others_until_each_has_its_share) {
  for (const std::size_t caches : {2U, 12U}) {
    const auto budget = budget_of(4 * kMiB);
    std::vector<std::unique_ptr<Cache>> all;
    const auto cost_of = [](std::size_t cache) { return cache % 2 == 0 ? kCost : 4 * kCost; };
    for (std::size_t cache = 0; cache < caches; ++cache)
      all.push_back(std::make_unique<Cache>(budget, cache % 2 == 0 ? 1 : 4));
    for (std::size_t round = 0; round < 5; ++round) (void)ask(*all[1], 0, 15'000, cost_of(1));
    BOOST_TEST(all[1]->held_bytes() > 4 * kMiB * 9 / 10, "the only one has what there is");
    for (std::size_t round = 0; round < 20; ++round) {
      for (std::size_t cache = 0; cache < caches; ++cache) (void)ask(*all[cache], 0, 15'000, cost_of(cache));
    }
    for (std::size_t cache = 0; cache < caches; ++cache) {
      const std::size_t share = 4 * kMiB / (caches / 2 * 5) * (cache % 2 == 0 ? 1 : 4);
      BOOST_TEST(all[cache]->held_bytes() >= share * 3 / 4, cache << " of " << caches);
      BOOST_TEST(all[cache]->held_bytes() <= share * 5 / 4, cache << " of " << caches);
      BOOST_TEST(all[cache]->held_bytes() ==
                 all[cache]->table_bytes() + all[cache]->entries() * cost_of(cache));
      // Most of that is entries, so a table that was larger has shrunk.
      BOOST_TEST(all[cache]->table_bytes() <= all[cache]->held_bytes() * 2 / 3, cache << " of " << caches);
    }
    BOOST_TEST(budget->used() <= budget->max());
  }
}

BOOST_AUTO_TEST_CASE(who_holds_more_than_a_share_does_not_grow_while_little_is_left) {
  constexpr std::size_t kSets = Cache::kSegmentSlots / 4;
  for (const bool alone : {true, false}) {
    // Room for two segments, and for a third of the slots of one.
    const auto budget = budget_of(2 * Cache::segment_bytes() + (4 * kSets / 3 + 8) * kLarge);
    Cache cache(budget, 1);
    for (std::size_t n = 0; n < 4 * (kSets / 3 + 1); ++n)
      put_at(cache, n / 4 | n % 4 << 20U, "others", kLarge);
    if (!alone) budget->join(1);
    put_at(cache, 4 << 20U, "a fifth of the first set", kLarge);
    BOOST_TEST(cache.slots() == (alone ? 2 : 1) * Cache::kSegmentSlots);
  }
}

BOOST_AUTO_TEST_CASE(who_has_no_place_in_a_table_that_has_shrunk_is_forgotten) {
  constexpr std::size_t kSets = Cache::kSegmentSlots / 4;
  // The n-th key of a set.
  const auto key = [](std::size_t set, std::size_t n) { return set | n << 20U; };
  const auto budget = budget_of(kMiB);
  Cache cache(budget, 1);
  for (std::size_t set = 0; set < kSets / 3; ++set) {
    for (std::size_t n = 0; n < 4; ++n) put_at(cache, key(set, n), "others");
  }
  // Two sets that are one in the smaller table.
  for (std::size_t n = 0; n < 4; ++n) put_at(cache, key(kSets - 1, n), "first");
  for (std::size_t n = 0; n < 4; ++n) put_at(cache, key(2 * kSets - 1, n), "last");
  BOOST_TEST_REQUIRE(cache.slots() == 2 * Cache::kSegmentSlots);
  // Others take the room, so each that is put costs the cache two of the first.
  budget->join(100);
  const std::size_t room_of_others = budget->max() - budget->used() - 10 * kCost;
  BOOST_TEST_REQUIRE(budget->reserve(room_of_others));
  for (std::size_t n = 0; n < 2'000 && cache.slots() > Cache::kSegmentSlots; ++n)
    put_at(cache, key(kSets / 2 + n % 100, n), "later");
  BOOST_TEST(cache.slots() == Cache::kSegmentSlots);
  for (std::size_t n = 0; n < 4; ++n) {
    BOOST_TEST(at(cache, key(kSets - 1, n)) == "first");
    BOOST_TEST(at(cache, key(2 * kSets - 1, n)) == "nothing");
  }
  std::size_t found = 0;
  for (std::size_t set = 0; set < kSets; ++set) {
    for (std::size_t n = 0; n < 2'000; ++n) found += at(cache, key(set, n)) == "nothing" ? 0 : 1;
  }
  BOOST_TEST(cache.entries() == found);
  BOOST_TEST(cache.held_bytes() == cache.table_bytes() + cache.entries() * kCost);
  BOOST_TEST(budget->used() == cache.held_bytes() + room_of_others);
}

// Each admission of one that is over its share costs it two others.
BOOST_AUTO_TEST_CASE(who_holds_more_than_a_share_admits_one_in_eight_although_there_is_room) {
  const auto budget = budget_of(8 * kMiB);
  Cache cache(budget, 1);
  Cache other(budget, 1);
  put(other, 1);
  for (std::size_t round = 0; round < 10; ++round) (void)ask(cache, 0, 20'000, kLarge);
  BOOST_TEST_REQUIRE(budget->fits(10 * kLarge));
  const std::size_t before = held_of(cache, 0, 20'000);
  (void)ask(cache, 100'000, 101'000, kLarge);
  const std::size_t admitted = held_of(cache, 100'000, 101'000);
  BOOST_TEST(admitted > 60U);
  BOOST_TEST(admitted <= 250U);
  BOOST_TEST(held_of(cache, 0, 20'000) >= before - 2 * 250U);
}

BOOST_AUTO_TEST_CASE(a_cache_that_has_released_everything_takes_no_share) {
  const auto budget = budget_of(kMiB);
  Cache idle(budget, 4);
  Cache busy(budget, 1);
  for (std::size_t round = 0; round < 5; ++round) (void)ask(busy, 0, 30'000);
  BOOST_TEST(busy.held_bytes() > kMiB * 9 / 10, "who has nothing yet has no share");
  put(idle, 1);
  for (std::size_t round = 0; round < 5; ++round) (void)ask(busy, 30'000, 60'000);
  BOOST_TEST(busy.held_bytes() <= kMiB * 9 / 10);
  idle.release();
  for (std::size_t round = 0; round < 5; ++round) (void)ask(busy, 0, 30'000);
  BOOST_TEST(busy.held_bytes() > kMiB * 9 / 10);
}

BOOST_AUTO_TEST_CASE(it_gives_way_when_the_budget_is_lowered) {
  const auto budget = budget_of(64 * kMiB);
  Cache cache(budget, 1);
  Cache other(budget, 1);
  (void)ask(cache, 0, 50'000);
  put(other, 1);
  BOOST_TEST(cache.held_bytes() > 5 * kMiB);
  budget->set_max(kMiB);
  put(other, 2);
  for (std::size_t number = 0; number < 10'000; ++number) {
    put(cache, number);
    BOOST_TEST_REQUIRE(budget->used() <= budget->max());
  }
  BOOST_TEST(cache.entries() > 1000U);
  BOOST_TEST(has(other, 1), "who holds less than its share keeps it");
}

BOOST_AUTO_TEST_CASE(threads_with_caches_of_one_budget_keep_within_it) {
  const auto budget = budget_of(kMiB);
  std::vector<std::thread> threads;
  for (std::size_t thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&budget, thread] {
      Cache cache(budget, 1 + thread % 2);
      for (std::size_t number = 0; number < 50'000; ++number) {
        put(cache, number * 4 + thread, 1 + number % 300);
        if (number % 10'000 == 9'999) cache.release();
      }
    });
  }
  std::size_t most = 0;
  for (int look = 0; look < 10'000; ++look) most = std::max(most, budget->used());
  for (std::thread& thread : threads) thread.join();
  BOOST_TEST(most <= budget->max());
  BOOST_TEST(budget->used() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
