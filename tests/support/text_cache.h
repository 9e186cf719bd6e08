#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <string>

#include "core/base/set_associative_cache.h"

// A cache of texts, for the tests of SetAssociativeCache.
namespace session::test {

// How many free slots there is memory for, in this thread.
inline thread_local std::size_t slots_left = static_cast<std::size_t>(-1);

// Can't be copied, as the entries of verified cookies.
struct TextEntry {
  TextEntry() {
    if (slots_left == 0) throw std::bad_alloc();
    --slots_left;
  }
  explicit TextEntry(const std::string& says) : text(std::make_unique<const std::string>(says)) {}

  std::unique_ptr<const std::string> text;
};

using Cache = SetAssociativeCache<TextEntry>;

constexpr std::size_t kCost = 100;
constexpr std::size_t kLarge = 1000;
constexpr std::size_t kMiB = std::size_t{1} << 20;

// The finalizer of SplitMix64: each bit depends on all bits of the number.
inline std::size_t hash_of(std::size_t number) {
  number = (number ^ number >> 30U) * 0xbf58476d1ce4e5b9U;
  number = (number ^ number >> 27U) * 0x94d049bb133111ebU;
  return number ^ number >> 31U;
}

inline std::shared_ptr<CacheBudget> budget_of(std::size_t bytes) {
  return std::make_shared<CacheBudget>(bytes);
}

inline void put_at(Cache& cache, std::size_t hash, const std::string& text, std::size_t cost = kCost) {
  cache.put(hash, cost, [&] { return TextEntry(text); });
}

inline std::string at(const Cache& cache, std::size_t hash) {
  const auto* found = cache.find(hash);
  return found != nullptr ? *found->text : "nothing";
}

inline void put(Cache& cache, std::size_t number, std::size_t cost = kCost) {
  put_at(cache, hash_of(number), std::to_string(number), cost);
}

inline bool has(const Cache& cache, std::size_t number) {
  return at(cache, hash_of(number)) == std::to_string(number);
}

inline std::size_t held_of(const Cache& cache, std::size_t from, std::size_t to) {
  std::size_t held = 0;
  for (; from < to; ++from) held += has(cache, from) ? 1 : 0;
  return held;
}

// As a worker would: asks first, and puts what is not there. Returns how many were there.
inline std::size_t ask(Cache& cache, std::size_t from, std::size_t to, std::size_t cost = kCost) {
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

}  // namespace session::test
