#include "core/store/memory/memory_store.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <tuple>
#include <utility>

#include <boost/test/unit_test.hpp>

#include "tests/support/memory_store_fixture.h"
#include "tests/support/store_calls.h"

namespace session::test {
using StoresUnderContract = std::tuple<MemoryStoreFixture>;
}

#include "tests/support/store_contract.h"

namespace session::test {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kSmallCap = 64 << 10;
const std::string three_hundred(300, 'v');

std::string key_of(int i) { return "key-" + std::to_string(100'000 + i); }

StoreFailure::Kind failure_of(const Result<CreateOutcome, StoreFailure>& answer) {
  return answer.error().kind;
}

// What the store counts for one entry of such sizes.
std::size_t cost_of(std::size_t key_size, std::size_t value_size) {
  MemoryStoreFixture fixture;
  create(fixture.memory, std::string(key_size, 'k'), std::string(value_size, 'v'));
  return fixture.memory.stats().bytes;
}

// A store with room for exactly `entries` entries of key_of(i) and three_hundred.
struct RoomFor : MemoryStoreFixture {
  explicit RoomFor(std::size_t entries)
      : MemoryStoreFixture(MemoryStoreOptions{entries * cost_of(key_of(0).size(), three_hundred.size())}) {}

  // Creates one; time goes on a little, so that the order of uses is known.
  void add(int i, milliseconds ttl = kTtl) {
    BOOST_REQUIRE(create(memory, key_of(i), three_hundred, ttl) == CreateOutcome::created);
    advance(1ms);
  }
  bool has(int i) {
    advance(1ms);
    return holds(memory, key_of(i));
  }
};

// As many distinct keys as wanted, over and over, so that the cap is met from all sides.
Task<> write_and_read(Store& store, int seed, int rounds) {
  for (int i = 0; i < rounds; ++i) {
    const std::string key = key_of((seed * 7919 + i * 31) % 500);
    const auto size = static_cast<std::size_t>(i * 37 % 2000);
    Bytes small(std::string(size, 's'));
    Bytes large(std::string(2 * size, 'l'));
    answered(co_await store.create(key, small, milliseconds(1 + i % 50)));
    answered(co_await store.load(key_of(i % 500)));
    answered(co_await store.replace(key, small, large, kTtl));
    if (i % 3 == 0) answered(co_await store.touch(key, kTtl));
    if (i % 5 == 0) answered(co_await store.erase_if(key, large));
    if (i % 7 == 0) answered(co_await store.erase(key));
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(memory_store)

// --- The cap ---

BOOST_AUTO_TEST_CASE(nothing_is_counted_in_an_empty_store) {
  MemoryStoreFixture fixture;
  const auto stats = fixture.memory.stats();
  BOOST_TEST(stats.entries == 0U);
  BOOST_TEST(stats.bytes == 0U);
  BOOST_TEST(stats.evictions == 0U);
  BOOST_TEST(stats.expirations == 0U);
}

BOOST_AUTO_TEST_CASE(an_entry_counts_with_its_key_and_bookkeeping) {
  BOOST_TEST(cost_of(51, 300) > 51U + 300U);
  BOOST_TEST(cost_of(51, 300) < 51U + 300U + 250U);
  BOOST_TEST(cost_of(151, 300) >= cost_of(51, 300) + 90U);
  BOOST_TEST(cost_of(51, 65536) >= 51U + 65536U);
}

BOOST_AUTO_TEST_CASE(bytes_return_to_zero_when_empty) {
  MemoryStoreFixture fixture;
  for (int i = 0; i < 2000; ++i)
    create(fixture.memory, key_of(i), std::string(static_cast<std::size_t>(i), 'v'));
  BOOST_TEST(fixture.memory.stats().entries == 2000U);
  for (int i = 0; i < 1000; ++i)
    replace(fixture.memory, key_of(i), std::string(static_cast<std::size_t>(i), 'v'), three_hundred);
  for (int i = 0; i < 1500; ++i) erase(fixture.memory, key_of(i));
  fixture.advance(kTtl);
  BOOST_TEST(fixture.memory.sweep(10'000) == 500U);
  BOOST_TEST(fixture.memory.stats().entries == 0U);
  BOOST_TEST(fixture.memory.stats().bytes == 0U);
}

BOOST_AUTO_TEST_CASE(a_store_that_grew_and_shrank_finds_every_key) {
  MemoryStoreFixture fixture;
  constexpr int kMany = 40'000;  // several rounds of splits in each of the shards
  for (int i = 0; i < kMany; ++i) create(fixture.memory, key_of(i), "v");
  for (int i = 0; i < kMany; ++i) BOOST_REQUIRE(holds(fixture.memory, key_of(i)));
  for (int i = 0; i < kMany; ++i)
    if (i % 16 != 0) BOOST_REQUIRE((erase(fixture.memory, key_of(i)) == EraseOutcome::erased));
  for (int i = 0; i < kMany; ++i) BOOST_REQUIRE(holds(fixture.memory, key_of(i)) == (i % 16 == 0));
  for (int i = 0; i < kMany; ++i)
    if (i % 16 != 0) create(fixture.memory, key_of(i), "again");
  for (int i = 0; i < kMany; ++i) BOOST_REQUIRE(holds(fixture.memory, key_of(i)));
}

BOOST_AUTO_TEST_CASE(the_cap_is_kept_at_all_times) {
  MemoryStoreFixture fixture(MemoryStoreOptions{kSmallCap});
  for (int i = 0; i < 1000; ++i) {
    const auto size = static_cast<std::size_t>(i * 97 % 5000);
    BOOST_TEST_REQUIRE((create(fixture.memory, key_of(i), std::string(size, 'v')) == CreateOutcome::created));
    BOOST_TEST_REQUIRE(fixture.memory.stats().bytes <= kSmallCap);
    BOOST_TEST_REQUIRE(holds(fixture.memory, key_of(i)));
  }
  BOOST_TEST(fixture.memory.stats().bytes > kSmallCap / 2);
}

BOOST_AUTO_TEST_CASE(the_cap_is_kept_at_all_times_under_many_threads) {
  MemoryStoreFixture fixture(MemoryStoreOptions{kSmallCap});
  std::atomic<bool> done = false;
  std::atomic<std::size_t> most_seen = 0;
  std::jthread watcher([&] {
    while (!done) most_seen = std::max(most_seen.load(), fixture.memory.stats().bytes);
  });
  in_parallel(8, [&](int thread) { run(write_and_read(fixture.memory, thread, 1500)); });
  done = true;
  watcher.join();
  BOOST_TEST(most_seen <= kSmallCap);
  BOOST_TEST(fixture.memory.stats().evictions > 0U);
}

BOOST_AUTO_TEST_CASE(everything_else_goes_for_an_entry_that_just_fits) {
  RoomFor fixture(100);
  for (int i = 0; i < 100; ++i) fixture.add(i);
  BOOST_TEST(fixture.memory.stats().evictions == 0U);
  std::size_t size = fixture.memory.stats().bytes;
  while (cost_of(3, size) > 100 * cost_of(key_of(0).size(), 300)) --size;
  BOOST_TEST((create(fixture.memory, "all", std::string(size, 'v')) == CreateOutcome::created));
  BOOST_TEST(holds(fixture.memory, "all"));
  BOOST_TEST(fixture.memory.stats().entries == 1U);
  BOOST_TEST(fixture.memory.stats().evictions == 100U);
}

BOOST_AUTO_TEST_CASE(an_entry_larger_than_the_cap_is_refused_and_nothing_goes_for_it) {
  RoomFor fixture(4);
  for (int i = 0; i < 4; ++i) fixture.add(i);
  const auto full = run(fixture.memory.create("large", Bytes(std::string(4096, 'v')), kTtl));
  BOOST_TEST_REQUIRE(full.has_error());
  BOOST_TEST((failure_of(full) == StoreFailure::Kind::full));
  BOOST_TEST(full.error().detail == "memory store: one entry is larger than max_bytes");
  for (int i = 0; i < 4; ++i) BOOST_TEST(fixture.has(i));
  BOOST_TEST(fixture.memory.stats().evictions == 0U);
}

BOOST_AUTO_TEST_CASE(a_replace_by_more_than_the_cap_is_refused_and_the_entry_stays) {
  RoomFor fixture(4);
  for (int i = 0; i < 4; ++i) fixture.add(i);
  const auto full =
      run(fixture.memory.replace(key_of(0), Bytes(three_hundred), Bytes(std::string(4096, 'v')), kTtl));
  BOOST_TEST_REQUIRE(full.has_error());
  BOOST_TEST((full.error().kind == StoreFailure::Kind::full));
  for (int i = 0; i < 4; ++i) BOOST_TEST(text_of(fixture.memory, key_of(i)) == three_hundred);
}

BOOST_AUTO_TEST_CASE(a_cap_of_nothing_refuses_everything) {
  MemoryStoreFixture fixture(MemoryStoreOptions{0});
  BOOST_TEST((failure_of(run(fixture.memory.create("key", Bytes(), kTtl))) == StoreFailure::Kind::full));
  BOOST_TEST(!holds(fixture.memory, "key"));
}

// --- What goes first ---

BOOST_AUTO_TEST_CASE(the_least_recently_created_goes_first) {
  RoomFor fixture(10);
  for (int i = 0; i < 15; ++i) fixture.add(i);
  BOOST_TEST(fixture.memory.stats().evictions == 5U);
  for (int i = 0; i < 15; ++i) BOOST_TEST(fixture.has(i) == (i >= 5));
}

BOOST_AUTO_TEST_CASE(a_load_counts_as_use) {
  RoomFor fixture(10);
  for (int i = 0; i < 10; ++i) fixture.add(i);
  BOOST_TEST(fixture.has(0));
  BOOST_TEST(fixture.has(2));
  for (int i = 10; i < 12; ++i) fixture.add(i);
  for (int i = 0; i < 12; ++i) BOOST_TEST(fixture.has(i) == (i != 1 && i != 3));
}

BOOST_AUTO_TEST_CASE(a_touch_and_a_replace_count_as_use) {
  RoomFor fixture(10);
  for (int i = 0; i < 10; ++i) fixture.add(i);
  touch(fixture.memory, key_of(0));
  replace(fixture.memory, key_of(1), three_hundred, three_hundred);
  fixture.advance(1ms);
  for (int i = 10; i < 12; ++i) fixture.add(i);
  for (int i = 0; i < 12; ++i) BOOST_TEST(fixture.has(i) == (i != 2 && i != 3));
}

BOOST_AUTO_TEST_CASE(what_has_expired_goes_before_what_is_older_and_alive) {
  RoomFor fixture(10);
  for (int i = 0; i < 10; ++i) fixture.add(i, i == 7 || i == 8 ? 10s : kTtl);
  fixture.advance(10s);
  for (int i = 10; i < 12; ++i) fixture.add(i);
  BOOST_TEST(fixture.memory.stats().evictions == 0U);
  BOOST_TEST(fixture.memory.stats().expirations == 2U);
  for (int i = 0; i < 12; ++i) BOOST_TEST(fixture.has(i) == (i != 7 && i != 8));
}

BOOST_AUTO_TEST_CASE(what_only_soon_expires_does_not_go_first) {
  RoomFor fixture(10);
  for (int i = 0; i < 10; ++i) fixture.add(i, i == 7 ? 10s : kTtl);
  fixture.add(10);
  BOOST_TEST(fixture.has(7));
  BOOST_TEST(!fixture.has(0));
}

BOOST_AUTO_TEST_CASE(a_replace_that_grows_past_the_cap_evicts_others_but_never_itself) {
  RoomFor fixture(10);
  for (int i = 0; i < 10; ++i) fixture.add(i);
  const std::string larger(900, 'n');
  // The oldest of all grows, at the same instant as the newest was used.
  BOOST_TEST((replace(fixture.memory, key_of(0), three_hundred, larger) == ReplaceOutcome::replaced));
  BOOST_TEST(text_of(fixture.memory, key_of(0)) == larger);
  BOOST_TEST(fixture.memory.stats().evictions == 2U);
  fixture.advance(1ms);
  for (int i = 1; i < 10; ++i) BOOST_TEST(fixture.has(i) == (i > 2));
}

BOOST_AUTO_TEST_CASE(a_replace_may_grow_to_the_whole_cap) {
  for (int round = 0; round < 50;
       ++round) {  // all in one instant: keys of every shard come before the others
    RoomFor fixture(10);
    for (int i = 0; i < 10; ++i) create(fixture.memory, key_of(round * 10 + i), three_hundred);
    const std::string larger(3000, 'n');
    const std::string key = key_of(round * 10);
    BOOST_TEST((replace(fixture.memory, key, three_hundred, larger) == ReplaceOutcome::replaced));
    BOOST_TEST(text_of(fixture.memory, key) == larger);
  }
}

BOOST_AUTO_TEST_CASE(a_replace_by_other_bytes_evicts_nothing) {
  RoomFor fixture(10);
  for (int i = 0; i < 10; ++i) fixture.add(i);
  BOOST_TEST(
      (replace(fixture.memory, key_of(0), "other", std::string(3000, 'n')) == ReplaceOutcome::mismatch));
  BOOST_TEST(fixture.memory.stats().evictions == 0U);
}

BOOST_AUTO_TEST_CASE(a_create_of_what_exists_evicts_nothing) {
  RoomFor fixture(10);
  for (int i = 0; i < 10; ++i) fixture.add(i);
  BOOST_TEST((create(fixture.memory, key_of(0), std::string(3000, 'n')) == CreateOutcome::exists));
  BOOST_TEST(fixture.memory.stats().evictions == 0U);
  BOOST_TEST(fixture.memory.stats().entries == 10U);
}

BOOST_AUTO_TEST_CASE(a_replace_that_shrinks_gives_room_back) {
  RoomFor fixture(10);
  for (int i = 0; i < 10; ++i) fixture.add(i);
  const std::size_t before = fixture.memory.stats().bytes;
  replace(fixture.memory, key_of(0), three_hundred, "");
  BOOST_TEST(fixture.memory.stats().bytes <= before - 290);
}

// --- Sharing ---

BOOST_AUTO_TEST_CASE(bytes_stay_readable_by_who_holds_them) {
  std::optional<Entry> erased, replaced, outlived;
  {
    MemoryStoreFixture fixture;
    for (const auto* key : {"erased", "replaced", "outlived"}) create(fixture.memory, key, three_hundred);
    erased = load(fixture.memory, "erased");
    replaced = load(fixture.memory, "replaced");
    outlived = load(fixture.memory, "outlived");
    erase(fixture.memory, "erased");
    replace(fixture.memory, "replaced", three_hundred, "new");
  }
  for (const auto& entry : {erased, replaced, outlived}) BOOST_TEST(entry->bytes.view() == three_hundred);
}

BOOST_AUTO_TEST_CASE(loads_hand_out_the_stored_bytes_without_a_copy) {
  MemoryStoreFixture fixture;
  create(fixture.memory, "key", three_hundred);
  const auto one = load(fixture.memory, "key");
  const auto other = load(fixture.memory, "key");
  BOOST_TEST(static_cast<const void*>(one->bytes.view().data()) ==
             static_cast<const void*>(other->bytes.view().data()));
}

BOOST_AUTO_TEST_CASE(all_functions_may_be_called_from_every_thread_at_once) {
  MemoryStoreFixture fixture(MemoryStoreOptions{4 * kSmallCap});
  in_parallel(8, [&](int thread) {
    if (thread > 0) return run(write_and_read(fixture.memory, thread, 1000));
    for (int i = 0; i < 2000; ++i) {  // time and housekeeping go on
      fixture.advance(1ms);
      fixture.memory.sweep(5);
    }
  });
  const auto stats = fixture.memory.stats();
  BOOST_TEST(stats.bytes <= 4 * kSmallCap);
  for (int i = 0; i < 500; ++i) erase(fixture.memory, key_of(i));
  BOOST_TEST(fixture.memory.stats().entries == 0U);
  BOOST_TEST(fixture.memory.stats().bytes == 0U);
}

// Each of two writers needs more than half of the room: they take turns, and neither waits for ever.
BOOST_AUTO_TEST_CASE(writers_who_need_the_whole_room_all_come_to_an_end) {
  MemoryStoreFixture fixture(MemoryStoreOptions{kSmallCap});
  in_parallel(4, [&](int thread) {
    for (int i = 0; i < 300; ++i) {
      const std::string key = key_of(thread);
      create(fixture.memory, key, "v");
      replace(fixture.memory, key, "v", std::string(40'000, 'l'));
      create(fixture.memory, key_of(10 + thread), std::string(50'000, 'l'));
    }
  });
  BOOST_TEST(fixture.memory.stats().bytes <= kSmallCap);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
