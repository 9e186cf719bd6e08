#pragma once

// Steps that the claims of tests/support/store_contract.h are made of.

#include <charconv>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include <boost/test/unit_test.hpp>

#include "tests/support/store_calls.h"

namespace session::test::contract {

using namespace std::chrono_literals;
using namespace std::string_literals;

template <class Fixture>
constexpr milliseconds slack() {
  if constexpr (requires { Fixture::kSlack; }) return Fixture::kSlack;
  return 0ms;
}

// Time passes until what lived for `ttl` is still alive, just.
template <class Fixture>
void advance_to_just_before(Fixture& fixture, milliseconds ttl) {
  fixture.advance(ttl - 1ms - slack<Fixture>());
}

template <class Fixture>
void advance_past(Fixture& fixture, milliseconds ttl) {
  fixture.advance(ttl + slack<Fixture>());
}

template <class Fixture>
void check_time_left(Fixture& fixture, const std::string& key, milliseconds expected) {
  const auto entry = load(fixture.store(), key);
  BOOST_TEST_REQUIRE(entry.has_value());
  BOOST_TEST(entry->time_left.value().count() <= expected.count());
  BOOST_TEST(entry->time_left.value().count() >= (expected - slack<Fixture>()).count());
}

// Has `ttl` run out for a fresh "key" that holds "bytes".
template <class Fixture>
void expire_a_key(Fixture& fixture) {
  BOOST_REQUIRE(create(fixture.store(), "key", "bytes", kTtl) == CreateOutcome::created);
  advance_past(fixture, kTtl);
}

inline std::string every_byte() {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) bytes.push_back(static_cast<char>(byte));
  return bytes + bytes;
}

template <class Fixture>
void check_round_trip(Fixture& fixture, const std::string& key, const std::string& bytes) {
  Store& store = fixture.store();
  BOOST_REQUIRE(create(store, key, bytes) == CreateOutcome::created);
  BOOST_TEST((text_of(store, key) == bytes));
  BOOST_REQUIRE(replace(store, key, bytes, "between") == ReplaceOutcome::replaced);
  BOOST_REQUIRE(replace(store, key, "between", bytes) == ReplaceOutcome::replaced);
  BOOST_TEST((text_of(store, key) == bytes));
  BOOST_TEST((erase_if(store, key, bytes) == EraseIfOutcome::erased));
  BOOST_TEST(!holds(store, key));
}

inline std::string one_more(std::string_view number) {
  int value = 0;
  std::from_chars(number.data(), number.data() + number.size(), value);
  return std::to_string(value + 1);
}

// Adds one to the number under the key as every writer must: load, reapply, replace, until nobody came
// between.
inline Task<> increment(Store& store, std::string key) {
  for (;;) {
    const auto entry = answered(co_await store.load(key));
    Bytes more(one_more(entry->bytes.view()));
    const auto outcome = answered(co_await store.replace(key, entry->bytes, std::move(more), kTtl));
    if (outcome == ReplaceOutcome::replaced) co_return;
  }
}

inline Task<> increment_often(Store& store, std::string key, int times) {
  for (int i = 0; i < times; ++i) co_await increment(store, key);
}

}  // namespace session::test::contract
