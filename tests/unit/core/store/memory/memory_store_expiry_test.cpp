#include <chrono>
#include <string>

#include <boost/test/unit_test.hpp>

#include "core/store/memory/memory_store.h"
#include "tests/support/memory_store_fixture.h"
#include "tests/support/store_calls.h"

// What becomes of entries whose time has run out, and what is counted of it.
namespace session::test {
namespace {

using namespace std::chrono_literals;

std::string key_of(int i) { return "key-" + std::to_string(100'000 + i); }

BOOST_AUTO_TEST_SUITE(memory_store_expiry)

BOOST_AUTO_TEST_CASE(a_sweep_frees_no_more_than_it_is_asked_to) {
  MemoryStoreFixture fixture;
  for (int i = 0; i < 100; ++i) create(fixture.memory, key_of(i), "v");
  create(fixture.memory, "lives", "v", 2 * kTtl);
  fixture.advance(kTtl);
  BOOST_TEST(fixture.memory.sweep(0) == 0U);
  BOOST_TEST(fixture.memory.stats().entries == 101U);
  for (int i = 0; i < 25; ++i) BOOST_TEST(fixture.memory.sweep(1) == 1U);
  BOOST_TEST(fixture.memory.sweep(5) == 5U);
  BOOST_TEST(fixture.memory.stats().entries == 71U);
  BOOST_TEST(fixture.memory.sweep(1000) == 70U);
  BOOST_TEST(fixture.memory.sweep(1000) == 0U);
  BOOST_TEST(fixture.memory.stats().expirations == 100U);
  BOOST_TEST(fixture.memory.stats().evictions == 0U);
  BOOST_TEST(holds(fixture.memory, "lives"));
}

BOOST_AUTO_TEST_CASE(a_sweep_a_millisecond_early_frees_nothing) {
  MemoryStoreFixture fixture;
  create(fixture.memory, "key", "v", kTtl);
  fixture.advance(kTtl - 1ms);
  BOOST_TEST(fixture.memory.sweep(10) == 0U);
  fixture.advance(1ms);
  BOOST_TEST(fixture.memory.sweep(10) == 1U);
}

BOOST_AUTO_TEST_CASE(a_sweep_leaves_what_was_touched_in_time) {
  MemoryStoreFixture fixture;
  for (int i = 0; i < 10; ++i) create(fixture.memory, key_of(i), "v", kTtl);
  touch(fixture.memory, key_of(3), 2 * kTtl);
  replace(fixture.memory, key_of(4), "v", "w", 2 * kTtl);
  fixture.advance(kTtl);
  BOOST_TEST(fixture.memory.sweep(100) == 8U);
  BOOST_TEST(holds(fixture.memory, key_of(3)));
  BOOST_TEST(holds(fixture.memory, key_of(4)));
}

BOOST_AUTO_TEST_CASE(an_expired_entry_that_is_asked_for_is_freed_and_counted_once) {
  MemoryStoreFixture fixture;
  create(fixture.memory, "key", "v", kTtl);
  fixture.advance(kTtl);
  BOOST_TEST(fixture.memory.stats().entries == 1U);
  BOOST_TEST(!holds(fixture.memory, "key"));
  BOOST_TEST(!holds(fixture.memory, "key"));
  BOOST_TEST(fixture.memory.stats().entries == 0U);
  BOOST_TEST(fixture.memory.stats().expirations == 1U);
}

BOOST_AUTO_TEST_CASE(writes_alone_clear_what_has_expired) {
  MemoryStoreFixture fixture;
  for (int i = 0; i < 1000; ++i) create(fixture.memory, key_of(i), "v", kTtl);
  fixture.advance(kTtl);
  for (int i = 1000; i < 4000; ++i) create(fixture.memory, key_of(i), "v", kTtl);
  BOOST_TEST(fixture.memory.stats().entries == 3000U);
  BOOST_TEST(fixture.memory.stats().expirations == 1000U);
}

BOOST_AUTO_TEST_CASE(an_erase_is_neither_eviction_nor_expiration) {
  MemoryStoreFixture fixture;
  create(fixture.memory, "key", "v");
  erase(fixture.memory, "key");
  BOOST_TEST(fixture.memory.stats().evictions == 0U);
  BOOST_TEST(fixture.memory.stats().expirations == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
