#include "core/base/direct_mapped_cache.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <new>
#include <string>

#include <boost/test/unit_test.hpp>

namespace session::test {
namespace {

// Its entries can't be copied, as those of verified cookies.
using Cache = DirectMappedCache<std::unique_ptr<const std::string>>;

constexpr std::size_t kCost = 100;

// The finalizer of SplitMix64: each bit depends on all bits of the number.
std::size_t hash_of(std::size_t number) {
  number = (number ^ number >> 30U) * 0xbf58476d1ce4e5b9U;
  number = (number ^ number >> 27U) * 0x94d049bb133111ebU;
  return number ^ number >> 31U;
}

std::shared_ptr<CacheBudget> budget_of(std::size_t bytes) { return std::make_shared<CacheBudget>(bytes); }

void put(Cache& cache, std::size_t number, std::size_t cost = kCost) {
  cache.put(hash_of(number), cost,
            [&] { return std::make_unique<const std::string>(std::to_string(number)); });
}

bool has(const Cache& cache, std::size_t number) {
  const auto* found = cache.find(hash_of(number));
  return found != nullptr && **found == std::to_string(number);
}

std::size_t held_of(const Cache& cache, std::size_t numbers) {
  std::size_t held = 0;
  for (std::size_t number = 0; number < numbers; ++number) held += has(cache, number) ? 1 : 0;
  return held;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(direct_mapped_cache)

BOOST_AUTO_TEST_CASE(an_entry_is_found_by_its_hash_alone) {
  Cache cache(budget_of(1 << 20));
  BOOST_TEST(!has(cache, 1));
  put(cache, 1);
  BOOST_TEST(has(cache, 1));
  BOOST_TEST((cache.find(hash_of(1) + (std::size_t{1} << 40U)) == nullptr), "another hash of the same slot");
  BOOST_TEST((cache.find(0) == nullptr), "a free slot has no hash");
}

BOOST_AUTO_TEST_CASE(it_takes_little_for_few_and_grows_with_what_is_asked_for) {
  const auto budget = budget_of(std::size_t{64} << 20);
  Cache cache(budget);
  put(cache, 0);
  BOOST_TEST(cache.held_bytes() == Cache::table_bytes(Cache::kFirstSlots) + kCost);
  for (std::size_t number = 0; number < 100'000; ++number) put(cache, number);
  // Every number was put once: who met another found a larger table, or took its place one time in eight.
  BOOST_TEST(held_of(cache, 100'000) == cache.entries());
  BOOST_TEST(cache.entries() >= 60'000U);
  BOOST_TEST(cache.held_bytes() >= Cache::table_bytes(65'536) + cache.entries() * kCost);
  BOOST_TEST(cache.held_bytes() <= Cache::table_bytes(262'144) + cache.entries() * kCost);
  BOOST_TEST(budget->used() == cache.held_bytes());
}

BOOST_AUTO_TEST_CASE(what_it_held_is_held_after_it_has_grown) {
  Cache cache(budget_of(std::size_t{64} << 20));
  // Half of the first table, of which no two meet.
  for (std::size_t number = 0; number < Cache::kFirstSlots / 2; ++number) {
    cache.put(number, kCost, [&] { return std::make_unique<const std::string>(std::to_string(number)); });
  }
  BOOST_TEST(cache.held_bytes() == Cache::table_bytes(Cache::kFirstSlots) + cache.entries() * kCost);
  cache.put(Cache::kFirstSlots, kCost, [] { return std::make_unique<const std::string>("meets the first"); });
  BOOST_TEST(cache.held_bytes() == Cache::table_bytes(2 * Cache::kFirstSlots) + cache.entries() * kCost);
  BOOST_TEST(**cache.find(Cache::kFirstSlots) == "meets the first");
  for (std::size_t number = 0; number < Cache::kFirstSlots / 2; ++number)
    BOOST_TEST_REQUIRE(**cache.find(number) == std::to_string(number));
}

BOOST_AUTO_TEST_CASE(few_that_meet_do_not_make_it_grow) {
  Cache cache(budget_of(std::size_t{64} << 20));
  for (std::size_t round = 0; round < 100; ++round) {
    cache.put(round * Cache::kFirstSlots, kCost, [] { return std::make_unique<const std::string>(); });
  }
  BOOST_TEST(cache.entries() == 1U);
  BOOST_TEST(cache.held_bytes() == Cache::table_bytes(Cache::kFirstSlots) + kCost);
}

BOOST_AUTO_TEST_CASE(it_grows_no_further_than_it_may) {
  Cache cache(budget_of(std::size_t{64} << 20), 4);
  for (std::size_t number = 0; number < 1000; ++number) put(cache, number);
  BOOST_TEST(cache.entries() <= 4U);
  BOOST_TEST(cache.held_bytes() == Cache::table_bytes(4) + cache.entries() * kCost);
}

BOOST_AUTO_TEST_CASE(who_holds_more_than_a_share_does_not_grow_while_little_is_left) {
  constexpr std::size_t kLarge = 10 * kCost;
  constexpr std::size_t kHalf = Cache::kFirstSlots / 2;
  const auto make = [] { return std::make_unique<const std::string>(); };
  for (const std::size_t caches : {std::size_t{1}, std::size_t{2}}) {
    const auto budget = budget_of(Cache::table_bytes(3 * Cache::kFirstSlots) + (kHalf + 1) * kLarge);
    Cache cache(budget);
    for (std::size_t number = 0; number < kHalf; ++number) cache.put(number, kLarge, make);
    BOOST_TEST_REQUIRE(cache.entries() == kHalf);
    if (caches == 2) budget->join();
    cache.put(Cache::kFirstSlots, kLarge, make);
    const std::size_t table = cache.held_bytes() - cache.entries() * kLarge;
    BOOST_TEST(table == Cache::table_bytes((caches == 1 ? 2 : 1) * Cache::kFirstSlots));
  }
}

// A table that took the room of the entries would only hold fewer.
BOOST_AUTO_TEST_CASE(it_keeps_within_the_budget_at_every_moment) {
  for (const std::size_t room :
       {std::size_t{0}, std::size_t{1000}, std::size_t{100'000}, std::size_t{1'000'000}}) {
    const auto budget = budget_of(room);
    Cache cache(budget);
    std::size_t most = 0;
    for (std::size_t number = 0; number < 20'000; ++number) {
      put(cache, number, 1 + number % 300);
      BOOST_TEST_REQUIRE(budget->used() == cache.held_bytes());
      BOOST_TEST_REQUIRE(budget->used() <= room);
      most = std::max(most, cache.entries());
    }
    BOOST_TEST((most == 0) == (room < Cache::table_bytes(Cache::kFirstSlots)));
    if (room == 1'000'000) BOOST_TEST(most > 3'000U);
  }
}

// Copying what is thrown away again costs more than it is worth.
BOOST_AUTO_TEST_CASE(without_room_one_in_eight_takes_the_place_of_others) {
  const auto budget = budget_of(Cache::table_bytes(Cache::kFirstSlots) + 10 * kCost);
  Cache cache(budget);
  for (std::size_t number = 0; number < 10; ++number) put(cache, number);
  BOOST_TEST(held_of(cache, 10) == 10U);
  for (std::size_t number = 10; number < 10 + AdmissionPolicy::kOneIn; ++number) put(cache, number);
  BOOST_TEST(held_of(cache, 10) == 9U);
  BOOST_TEST(cache.entries() == 10U);
  // Who changes keeps its place.
  put(cache, 9);
  BOOST_TEST(has(cache, 9));
  BOOST_TEST(cache.entries() == 10U);
}

BOOST_AUTO_TEST_CASE(what_is_released_begins_small_again) {
  const auto budget = budget_of(std::size_t{64} << 20);
  {
    Cache cache(budget);
    for (std::size_t number = 0; number < 10'000; ++number) put(cache, number);
    cache.release();
    BOOST_TEST(budget->used() == 0U);
    BOOST_TEST(held_of(cache, 10'000) == 0U);
    put(cache, 1);
    BOOST_TEST(cache.held_bytes() == Cache::table_bytes(Cache::kFirstSlots) + kCost);
  }
  BOOST_TEST(budget->used() == 0U);
}

BOOST_AUTO_TEST_CASE(an_entry_that_can_t_be_made_for_want_of_memory_is_not_kept) {
  const auto budget = budget_of(1 << 20);
  Cache cache(budget);
  put(cache, 1);
  const std::size_t before = cache.held_bytes();
  const auto failing = []() -> std::unique_ptr<const std::string> { throw std::bad_alloc(); };
  cache.put(hash_of(2), kCost, failing);
  cache.put(hash_of(1), kCost, failing);
  BOOST_TEST(cache.held_bytes() == before);
  BOOST_TEST(budget->used() == before);
  BOOST_TEST(has(cache, 1));
}

// Worker after worker begins to ask. None that came first keeps the others from a table of the same size.
BOOST_AUTO_TEST_CASE(caches_that_share_a_budget_come_to_similar_sizes) {
  const auto budget = budget_of(4 << 20);
  Cache first(budget);
  Cache second(budget);
  for (std::size_t number = 0; number < 100'000; ++number) put(first, number);
  for (std::size_t round = 0; round < 10; ++round) {
    for (std::size_t number = 0; number < 100'000; ++number) {
      put(first, number + round);
      put(second, number + round);
    }
  }
  BOOST_TEST(second.entries() * 2 >= first.entries());
  BOOST_TEST(first.entries() * 2 >= second.entries());
  BOOST_TEST(budget->used() <= budget->max());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
