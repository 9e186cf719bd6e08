#pragma once

// What core/store/store.h promises, as claims that run against every store. A test file plugs its stores in
// with one line before it includes this one:
//
//     namespace session::test { using StoresUnderContract = std::tuple<MemoryStoreFixture>; }
//     #include "tests/support/store_contract.h"
//
// A fixture is made anew for each claim, empty, and has
//     Store& store();
//     void advance(milliseconds by);          // lets that much time pass for the store
//     static constexpr milliseconds kSlack;   // optional: how far its time may be off; none if absent

#include <atomic>
#include <charconv>
#include <chrono>
#include <limits>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

#include <boost/test/unit_test.hpp>

#include "tests/support/store_calls.h"
#include "tests/support/store_contract_steps.h"
#include "tests/support/store_owners_contract.h"

BOOST_AUTO_TEST_SUITE(store_contract)

using namespace session;
using namespace session::test;
using namespace session::test::contract;

// --- What each function answers ---

BOOST_AUTO_TEST_CASE_TEMPLATE(a_key_never_written_is_absent, Fixture, StoresUnderContract) {
  Fixture fixture;
  BOOST_TEST(!holds(fixture.store(), "key"));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_load_that_asks_for_no_time_left_finds_the_same, Fixture,
                              StoresUnderContract) {
  Fixture fixture;
  Store& store = fixture.store();
  create(store, "key", "value", 30s);
  constexpr LoadTerms kWithoutTime{.time_left = false};
  const auto entry = answered(run(store.load("key", kWithoutTime)));
  BOOST_TEST_REQUIRE(entry.has_value());
  BOOST_TEST(entry->bytes.view() == "value");
  BOOST_TEST(!answered(run(store.load("other", kWithoutTime))).has_value());
  fixture.advance(31s);
  BOOST_TEST(!answered(run(store.load("key", kWithoutTime))).has_value());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_created_entry_is_loaded_with_its_time_left, Fixture, StoresUnderContract) {
  Fixture fixture;
  BOOST_TEST((create(fixture.store(), "key", "bytes", 30s) == CreateOutcome::created));
  BOOST_TEST(text_of(fixture.store(), "key") == "bytes");
  check_time_left(fixture, "key", 30s);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_create_of_what_exists_changes_nothing, Fixture, StoresUnderContract) {
  Fixture fixture;
  create(fixture.store(), "key", "first", 30s);
  BOOST_TEST((create(fixture.store(), "key", "second", 50s) == CreateOutcome::exists));
  BOOST_TEST(text_of(fixture.store(), "key") == "first");
  check_time_left(fixture, "key", 30s);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_replace_of_what_was_read_sets_bytes_and_ttl, Fixture, StoresUnderContract) {
  Fixture fixture;
  create(fixture.store(), "key", "old", 30s);
  BOOST_TEST((replace(fixture.store(), "key", "old", "new", 50s) == ReplaceOutcome::replaced));
  BOOST_TEST(text_of(fixture.store(), "key") == "new");
  check_time_left(fixture, "key", 50s);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_replace_may_shorten_the_ttl, Fixture, StoresUnderContract) {
  Fixture fixture;
  create(fixture.store(), "key", "old", 50s);
  BOOST_TEST((replace(fixture.store(), "key", "old", "new", 30s) == ReplaceOutcome::replaced));
  check_time_left(fixture, "key", 30s);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_replace_by_the_same_bytes_sets_the_ttl, Fixture, StoresUnderContract) {
  Fixture fixture;
  create(fixture.store(), "key", "bytes", 30s);
  BOOST_TEST((replace(fixture.store(), "key", "bytes", "bytes", 50s) == ReplaceOutcome::replaced));
  BOOST_TEST(text_of(fixture.store(), "key") == "bytes");
  check_time_left(fixture, "key", 50s);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_replace_of_other_bytes_changes_nothing, Fixture, StoresUnderContract) {
  Fixture fixture;
  create(fixture.store(), "key", "bytes", 30s);
  for (const auto* other : {"", "byte", "bytes ", "bytez"})
    BOOST_TEST((replace(fixture.store(), "key", other, "new", 50s) == ReplaceOutcome::mismatch));
  BOOST_TEST(text_of(fixture.store(), "key") == "bytes");
  check_time_left(fixture, "key", 30s);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_replace_of_what_is_absent_creates_nothing, Fixture, StoresUnderContract) {
  Fixture fixture;
  for (const auto* expected : {"", "bytes"})
    BOOST_TEST((replace(fixture.store(), "key", expected, "new") == ReplaceOutcome::mismatch));
  BOOST_TEST(!holds(fixture.store(), "key"));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_touch_sets_the_ttl_and_leaves_the_bytes, Fixture, StoresUnderContract) {
  Fixture fixture;
  create(fixture.store(), "key", "bytes", 30s);
  BOOST_TEST((touch(fixture.store(), "key", 50s) == TouchOutcome::touched));
  BOOST_TEST(text_of(fixture.store(), "key") == "bytes");
  check_time_left(fixture, "key", 50s);
  BOOST_TEST((touch(fixture.store(), "key", 20s) == TouchOutcome::touched));
  check_time_left(fixture, "key", 20s);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_touch_is_no_change_to_who_compares_and_sets, Fixture, StoresUnderContract) {
  Fixture fixture;
  create(fixture.store(), "key", "old");
  touch(fixture.store(), "key");
  BOOST_TEST((replace(fixture.store(), "key", "old", "new") == ReplaceOutcome::replaced));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_touch_of_what_is_absent_creates_nothing, Fixture, StoresUnderContract) {
  Fixture fixture;
  BOOST_TEST((touch(fixture.store(), "key") == TouchOutcome::absent));
  BOOST_TEST(!holds(fixture.store(), "key"));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(an_erase_removes_whatever_is_there, Fixture, StoresUnderContract) {
  Fixture fixture;
  create(fixture.store(), "key", "bytes");
  BOOST_TEST((erase(fixture.store(), "key") == EraseOutcome::erased));
  BOOST_TEST(!holds(fixture.store(), "key"));
  BOOST_TEST((erase(fixture.store(), "key") == EraseOutcome::absent));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(an_erase_if_removes_exactly_what_was_read, Fixture, StoresUnderContract) {
  Fixture fixture;
  create(fixture.store(), "key", "bytes");
  BOOST_TEST((erase_if(fixture.store(), "key", "bytes") == EraseIfOutcome::erased));
  BOOST_TEST(!holds(fixture.store(), "key"));
  BOOST_TEST((erase_if(fixture.store(), "key", "bytes") == EraseIfOutcome::mismatch));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(an_erase_if_of_other_bytes_changes_nothing, Fixture, StoresUnderContract) {
  Fixture fixture;
  create(fixture.store(), "key", "bytes", 30s);
  for (const auto* other : {"", "byte", "bytes ", "bytez"})
    BOOST_TEST((erase_if(fixture.store(), "key", other) == EraseIfOutcome::mismatch));
  BOOST_TEST(text_of(fixture.store(), "key") == "bytes");
  check_time_left(fixture, "key", 30s);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(an_erased_key_is_free_and_is_not_replaced_or_touched, Fixture,
                              StoresUnderContract) {
  Fixture fixture;
  create(fixture.store(), "key", "first");
  erase(fixture.store(), "key");
  BOOST_TEST((replace(fixture.store(), "key", "first", "new") == ReplaceOutcome::mismatch));
  BOOST_TEST((touch(fixture.store(), "key") == TouchOutcome::absent));
  BOOST_TEST((create(fixture.store(), "key", "second") == CreateOutcome::created));
  BOOST_TEST(text_of(fixture.store(), "key") == "second");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(keys_do_not_disturb_each_other, Fixture, StoresUnderContract) {
  Fixture fixture;
  for (int i = 0; i < 300; ++i) create(fixture.store(), "key" + std::to_string(i), std::to_string(i));
  for (int i = 0; i < 300; i += 3) erase(fixture.store(), "key" + std::to_string(i));
  for (int i = 1; i < 300; i += 3)
    replace(fixture.store(), "key" + std::to_string(i), std::to_string(i), "new");
  for (int i = 0; i < 300; ++i) {
    const std::string expected = i % 3 == 0 ? "(absent)" : i % 3 == 1 ? "new" : std::to_string(i);
    BOOST_TEST(text_of(fixture.store(), "key" + std::to_string(i)) == expected);
  }
}

// --- Time ---

BOOST_AUTO_TEST_CASE_TEMPLATE(an_entry_lives_until_its_ttl_and_not_a_millisecond_longer, Fixture,
                              StoresUnderContract) {
  Fixture fixture;
  create(fixture.store(), "key", "bytes", kTtl);
  advance_to_just_before(fixture, kTtl);
  check_time_left(fixture, "key", 1ms + slack<Fixture>());
  fixture.advance(1ms + 2 * slack<Fixture>());
  BOOST_TEST(!holds(fixture.store(), "key"));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(the_time_left_goes_down, Fixture, StoresUnderContract) {
  Fixture fixture;
  create(fixture.store(), "key", "bytes", 50s);
  fixture.advance(20s);
  check_time_left(fixture, "key", 30s);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_load_does_not_prolong, Fixture, StoresUnderContract) {
  Fixture fixture;
  create(fixture.store(), "key", "bytes", kTtl);
  advance_to_just_before(fixture, kTtl);
  BOOST_TEST(holds(fixture.store(), "key"));
  advance_past(fixture, 1ms + slack<Fixture>());
  BOOST_TEST(!holds(fixture.store(), "key"));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_touch_at_the_last_moment_keeps_the_entry, Fixture, StoresUnderContract) {
  Fixture fixture;
  create(fixture.store(), "key", "bytes", kTtl);
  advance_to_just_before(fixture, kTtl);
  BOOST_TEST((touch(fixture.store(), "key", kTtl) == TouchOutcome::touched));
  advance_to_just_before(fixture, kTtl);
  BOOST_TEST(holds(fixture.store(), "key"));
  advance_past(fixture, 1ms + slack<Fixture>());
  BOOST_TEST(!holds(fixture.store(), "key"));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_replace_at_the_last_moment_keeps_the_entry, Fixture, StoresUnderContract) {
  Fixture fixture;
  create(fixture.store(), "key", "old", kTtl);
  advance_to_just_before(fixture, kTtl);
  BOOST_TEST((replace(fixture.store(), "key", "old", "new", kTtl) == ReplaceOutcome::replaced));
  advance_to_just_before(fixture, kTtl);
  BOOST_TEST(text_of(fixture.store(), "key") == "new");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_shorter_ttl_takes_effect, Fixture, StoresUnderContract) {
  Fixture fixture;
  create(fixture.store(), "touched", "bytes", 10 * kTtl);
  create(fixture.store(), "replaced", "bytes", 10 * kTtl);
  touch(fixture.store(), "touched", kTtl);
  replace(fixture.store(), "replaced", "bytes", "new", kTtl);
  advance_past(fixture, kTtl);
  BOOST_TEST(!holds(fixture.store(), "touched"));
  BOOST_TEST(!holds(fixture.store(), "replaced"));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_touch_never_revives, Fixture, StoresUnderContract) {
  Fixture fixture;
  expire_a_key(fixture);
  BOOST_TEST((touch(fixture.store(), "key") == TouchOutcome::absent));
  BOOST_TEST(!holds(fixture.store(), "key"));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_replace_never_revives, Fixture, StoresUnderContract) {
  Fixture fixture;
  expire_a_key(fixture);
  BOOST_TEST((replace(fixture.store(), "key", "bytes", "new") == ReplaceOutcome::mismatch));
  BOOST_TEST(!holds(fixture.store(), "key"));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(an_erase_of_what_expired_finds_nothing, Fixture, StoresUnderContract) {
  Fixture fixture;
  expire_a_key(fixture);
  BOOST_TEST((erase(fixture.store(), "key") == EraseOutcome::absent));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(an_erase_if_of_what_expired_finds_nothing, Fixture, StoresUnderContract) {
  Fixture fixture;
  expire_a_key(fixture);
  BOOST_TEST((erase_if(fixture.store(), "key", "bytes") == EraseIfOutcome::mismatch));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(an_expired_key_is_free, Fixture, StoresUnderContract) {
  Fixture fixture;
  expire_a_key(fixture);
  BOOST_TEST((create(fixture.store(), "key", "second", 30s) == CreateOutcome::created));
  BOOST_TEST(text_of(fixture.store(), "key") == "second");
  check_time_left(fixture, "key", 30s);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_very_large_ttl_does_not_overflow, Fixture, StoresUnderContract) {
  Fixture fixture;
  constexpr milliseconds kForever = std::chrono::hours(24 * 365 * 100);
  for (const milliseconds ttl : {kForever, milliseconds::max()}) {
    const std::string key = std::to_string(ttl.count());
    BOOST_TEST((create(fixture.store(), key, "bytes", ttl) == CreateOutcome::created));
    BOOST_TEST((touch(fixture.store(), key, ttl) == TouchOutcome::touched));
    BOOST_TEST((replace(fixture.store(), key, "bytes", "new", ttl) == ReplaceOutcome::replaced));
    fixture.advance(1s);
    const auto entry = load(fixture.store(), key);
    BOOST_TEST_REQUIRE(entry.has_value());
    BOOST_TEST(entry->time_left.value().count() >= (kForever - 1s - slack<Fixture>()).count());
    BOOST_TEST(entry->time_left.value().count() <= ttl.count());
  }
}

// --- Bytes and keys ---

BOOST_AUTO_TEST_CASE_TEMPLATE(empty_bytes_are_not_absence, Fixture, StoresUnderContract) {
  Fixture fixture;
  check_round_trip(fixture, "key", "");
  BOOST_REQUIRE(answered(run(fixture.store().create("default", Bytes(), kTtl))) == CreateOutcome::created);
  BOOST_TEST(text_of(fixture.store(), "default").empty());
  BOOST_TEST((replace(fixture.store(), "default", "", "new") == ReplaceOutcome::replaced));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(sixty_four_kibibytes_are_kept_whole, Fixture, StoresUnderContract) {
  Fixture fixture;
  std::string bytes;
  while (bytes.size() < 65536) bytes += every_byte();
  check_round_trip(fixture, "key", bytes);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(bytes_may_be_any_also_nul, Fixture, StoresUnderContract) {
  Fixture fixture;
  check_round_trip(fixture, "key", every_byte());
  check_round_trip(fixture, "key", "\0"s);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(bytes_that_differ_behind_a_nul_are_other_bytes, Fixture, StoresUnderContract) {
  Fixture fixture;
  create(fixture.store(), "key", "a\0b"s);
  BOOST_TEST((replace(fixture.store(), "key", "a\0c"s, "new") == ReplaceOutcome::mismatch));
  BOOST_TEST((erase_if(fixture.store(), "key", "a"s) == EraseIfOutcome::mismatch));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(keys_of_1_to_256_bytes_are_told_apart, Fixture, StoresUnderContract) {
  Fixture fixture;
  for (std::size_t size = 1; size <= 256; ++size)
    BOOST_TEST(
        (create(fixture.store(), std::string(size, 'k'), std::to_string(size)) == CreateOutcome::created));
  for (std::size_t size = 1; size <= 256; ++size)
    BOOST_TEST(text_of(fixture.store(), std::string(size, 'k')) == std::to_string(size));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(long_keys_that_differ_in_the_last_byte_are_told_apart, Fixture,
                              StoresUnderContract) {
  Fixture fixture;
  const std::string stem(255, 'k');
  create(fixture.store(), stem + "a", "of a");
  BOOST_TEST(!holds(fixture.store(), stem + "b"));
  BOOST_TEST(text_of(fixture.store(), stem + "a") == "of a");
}

// --- Many threads ---

BOOST_AUTO_TEST_CASE_TEMPLATE(compare_and_set_from_many_threads_loses_nothing, Fixture, StoresUnderContract) {
  Fixture fixture;
  constexpr int kThreads = 8;
  constexpr int kTimes = 200;
  create(fixture.store(), "number", "0");
  in_parallel(kThreads, [&](int) { run(increment_often(fixture.store(), "number", kTimes)); });
  BOOST_TEST(text_of(fixture.store(), "number") == std::to_string(kThreads * kTimes));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(create_from_many_threads_has_one_winner, Fixture, StoresUnderContract) {
  Fixture fixture;
  constexpr int kKeys = 100;
  std::atomic<int> created = 0;
  in_parallel(8, [&](int thread) {
    for (int i = 0; i < kKeys; ++i) {
      const std::string mine = std::to_string(thread);
      if (create(fixture.store(), std::to_string(i), mine) == CreateOutcome::created) ++created;
    }
  });
  BOOST_TEST(created == kKeys);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(erase_from_many_threads_has_one_winner, Fixture, StoresUnderContract) {
  Fixture fixture;
  constexpr int kKeys = 100;
  for (int i = 0; i < kKeys; ++i) create(fixture.store(), std::to_string(i), "bytes");
  std::atomic<int> erased = 0;
  in_parallel(4, [&](int thread) {
    for (int i = 0; i < kKeys; ++i) {
      const std::string key = std::to_string(i);
      if (thread % 2 == 0 ? erase(fixture.store(), key) == EraseOutcome::erased
                          : erase_if(fixture.store(), key, "bytes") == EraseIfOutcome::erased)
        ++erased;
    }
  });
  BOOST_TEST(erased == kKeys);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(what_is_erased_under_replaces_and_touches_stays_gone, Fixture,
                              StoresUnderContract) {
  Fixture fixture;
  Store& store = fixture.store();
  constexpr int kKeys = 300;
  for (int i = 0; i < kKeys; ++i) create(store, std::to_string(i), "bytes");
  std::atomic<int> erased = 0;
  in_parallel(3, [&](int thread) {
    for (int i = 0; i < kKeys; ++i) {
      const std::string key = std::to_string(i);
      if (thread == 0) erased += erase(store, key) == EraseOutcome::erased ? 1 : 0;
      if (thread == 1) replace(store, key, "bytes", "new");
      if (thread == 2) touch(store, key);
    }
  });
  BOOST_TEST(erased == kKeys);
  for (int i = 0; i < kKeys; ++i) BOOST_TEST(!holds(store, std::to_string(i)));
}

BOOST_AUTO_TEST_SUITE_END()
