// The share of expendable entries: whoever begins sessions without a login must not log anybody out.

#include <chrono>
#include <string>

#include <boost/test/unit_test.hpp>

#include "core/store/memory/memory_store.h"
#include "tests/support/memory_store_fixture.h"
#include "tests/support/store_calls.h"

namespace session::test {
namespace {

using namespace std::chrono_literals;

const std::string kValue(300, 'v');

std::string key_of(int i) { return "key-" + std::to_string(100'000 + i); }

std::size_t cost_of_one() {
  MemoryStoreFixture fixture;
  create(fixture.memory, key_of(0), kValue);
  return fixture.memory.stats().bytes;
}

// A store with room for exactly 100 entries. Time goes on a little with each call, so that the order of uses
// is known.
struct RoomForHundred : MemoryStoreFixture {
  RoomForHundred() : MemoryStoreFixture(MemoryStoreOptions{100 * cost_of_one()}) {}

  void add(int i) {
    BOOST_REQUIRE(create(memory, key_of(i), kValue) == CreateOutcome::created);
    advance(1ms);
  }
  void add_expendable(int i) {
    const auto created =
        run(memory.create(key_of(i), Bytes(kValue), StoreTerms(kTtl, Retention::expendable)));
    BOOST_REQUIRE(answered(created) == CreateOutcome::created);
    advance(1ms);
  }
  bool has(int i) {
    advance(1ms);
    return holds(memory, key_of(i));
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(memory_store_share, RoomForHundred)

BOOST_AUTO_TEST_CASE(a_flood_of_expendable_entries_has_a_quarter_and_removes_only_its_own) {
  for (int i = 0; i < 75; ++i) add(i);
  for (int i = 1000; i < 3000; ++i) {
    add_expendable(i);
    BOOST_TEST_REQUIRE(has(i));
  }
  for (int i = 0; i < 75; ++i) BOOST_TEST(has(i));
  BOOST_TEST(memory.stats().entries == 100U);
  BOOST_TEST(memory.stats().evictions == 0U);
  BOOST_TEST(memory.stats().expendable_evictions == 1975U);
  for (int i = 2975; i < 3000; ++i) BOOST_TEST(has(i));
}

BOOST_AUTO_TEST_CASE(an_expendable_entry_never_removes_another_even_in_a_full_store) {
  for (int i = 0; i < 100; ++i) add(i);
  const auto full = run(memory.create("visitor", Bytes(kValue), StoreTerms(kTtl, Retention::expendable)));
  BOOST_TEST_REQUIRE(full.has_error());
  BOOST_TEST((full.error().kind == StoreFailure::Kind::full));
  for (int i = 0; i < 100; ++i) BOOST_TEST(has(i));
  BOOST_TEST(memory.stats().evictions == 0U);
}

BOOST_AUTO_TEST_CASE(expendable_entries_go_first_and_then_the_others) {
  for (int i = 0; i < 80; ++i) add(i);
  for (int i = 1000; i < 1020; ++i) add_expendable(i);
  for (int i = 80; i < 100; ++i) add(i);
  for (int i = 0; i < 100; ++i) BOOST_TEST(has(i));
  for (int i = 1000; i < 1020; ++i) BOOST_TEST(!has(i));
  add(100);
  BOOST_TEST(!has(0));
}

BOOST_AUTO_TEST_CASE(a_replace_changes_the_kind_and_the_share_follows) {
  for (int i = 0; i < 25; ++i) add_expendable(i);
  for (int i = 0; i < 25; ++i) {
    BOOST_TEST((replace(memory, key_of(i), kValue, kValue) == ReplaceOutcome::replaced));
  }
  for (int i = 1000; i < 1050; ++i) add_expendable(i);
  for (int i = 0; i < 25; ++i) BOOST_TEST(has(i));
  for (int i = 1025; i < 1050; ++i) {
    BOOST_TEST(has(i));
    erase(memory, key_of(i));
  }
  for (int i = 0; i < 25; ++i) erase(memory, key_of(i));
  BOOST_TEST(memory.stats().bytes == 0U);
  for (int i = 2000; i < 2025; ++i) add_expendable(i);
  BOOST_TEST(memory.stats().entries == 25U);
}

// The entry's own bytes are not counted twice, or this would wait for ever for room.
BOOST_AUTO_TEST_CASE(an_expendable_entry_becomes_one_that_fills_the_store) {
  add_expendable(0);
  for (int i = 1; i < 100; ++i) add(i);
  std::size_t size = 99 * cost_of_one();
  BOOST_TEST((replace(memory, key_of(0), kValue, std::string(size, 'v')) == ReplaceOutcome::replaced));
  BOOST_TEST(memory.stats().bytes <= 100 * cost_of_one());
  erase(memory, key_of(0));
  for (int i = 1; i < 100; ++i) erase(memory, key_of(i));
  BOOST_TEST(memory.stats().bytes == 0U);
  for (int i = 2000; i < 2025; ++i) add_expendable(i);
  BOOST_TEST(memory.stats().entries == 25U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
