#include "core/base/set_associative_cache.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <new>
#include <string>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

namespace session::test {
namespace {

// How many free slots there is memory for, in this thread.
thread_local std::size_t slots_left = static_cast<std::size_t>(-1);

// Can't be copied, as the entries of verified cookies.
struct Entry {
  Entry() {
    if (slots_left == 0) throw std::bad_alloc();
    --slots_left;
  }
  explicit Entry(const std::string& says) : text(std::make_unique<const std::string>(says)) {}

  std::unique_ptr<const std::string> text;
};

using Cache = SetAssociativeCache<Entry>;

constexpr std::size_t kCost = 100;
constexpr std::size_t kLarge = 1000;
constexpr std::size_t kMiB = std::size_t{1} << 20;

// The finalizer of SplitMix64: each bit depends on all bits of the number.
std::size_t hash_of(std::size_t number) {
  number = (number ^ number >> 30U) * 0xbf58476d1ce4e5b9U;
  number = (number ^ number >> 27U) * 0x94d049bb133111ebU;
  return number ^ number >> 31U;
}

std::shared_ptr<CacheBudget> budget_of(std::size_t bytes) { return std::make_shared<CacheBudget>(bytes); }

void put_at(Cache& cache, std::size_t hash, const std::string& text, std::size_t cost = kCost) {
  cache.put(hash, cost, [&] { return Entry(text); });
}

std::string at(const Cache& cache, std::size_t hash) {
  const auto* found = cache.find(hash);
  return found != nullptr ? *found->text : "nothing";
}

void put(Cache& cache, std::size_t number, std::size_t cost = kCost) {
  put_at(cache, hash_of(number), std::to_string(number), cost);
}

bool has(const Cache& cache, std::size_t number) {
  return at(cache, hash_of(number)) == std::to_string(number);
}

std::size_t held_of(const Cache& cache, std::size_t from, std::size_t to) {
  std::size_t held = 0;
  for (; from < to; ++from) held += has(cache, from) ? 1 : 0;
  return held;
}

// As a worker would: asks first, and puts what is not there. Returns how many were there.
std::size_t ask(Cache& cache, std::size_t from, std::size_t to, std::size_t cost = kCost) {
  std::size_t hits = 0;
  for (; from < to; ++from) {
    if (has(cache, from)) {
      ++hits;
    } else {
      put(cache, from, cost);
    }
  }
  return hits;
}

}  // namespace

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
  const auto failing = []() -> Entry { throw std::bad_alloc(); };
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
