#pragma once

#include <functional>
#include <latch>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "core/base/run.h"
#include "core/store/store.h"

// A store's functions as plain calls: for tests, where no outage is expected. They throw if the store cannot
// answer.
namespace session::test {

inline constexpr milliseconds kTtl{60'000};

// What the store answered; throws if it could not.
template <class T>
T answered(Result<T, StoreFailure> answer) {
  if (!answer) throw std::runtime_error("the store could not answer: " + answer.error().detail);
  if constexpr (!std::is_void_v<T>) return std::move(*answer);
}

inline std::optional<Entry> load(Store& store, const std::string& key) {
  return answered(run(store.load(key)));
}

// The bytes under a key as text; "(absent)" if there are none.
inline std::string text_of(Store& store, const std::string& key) {
  const auto entry = load(store, key);
  return entry ? std::string(entry->bytes.view()) : "(absent)";
}

inline bool holds(Store& store, const std::string& key) { return load(store, key).has_value(); }

inline CreateOutcome create(Store& store, const std::string& key, std::string_view bytes,
                            milliseconds ttl = kTtl) {
  return answered(run(store.create(key, Bytes(bytes), ttl)));
}

inline ReplaceOutcome replace(Store& store, const std::string& key, std::string_view expected,
                              std::string_view bytes, milliseconds ttl = kTtl) {
  return answered(run(store.replace(key, Bytes(expected), Bytes(bytes), ttl)));
}

inline TouchOutcome touch(Store& store, const std::string& key, milliseconds ttl = kTtl) {
  return answered(run(store.touch(key, ttl)));
}

inline EraseOutcome erase(Store& store, const std::string& key, const std::string& owner = {}) {
  return answered(run(store.erase(key, owner)));
}

inline EraseIfOutcome erase_if(Store& store, const std::string& key, std::string_view expected) {
  return answered(run(store.erase_if(key, Bytes(expected))));
}

// Runs work(0), work(1) ... each on a thread of its own, begun together; returns when all are done.
inline void in_parallel(int threads, const std::function<void(int)>& work) {
  std::latch begin(threads);
  std::vector<std::jthread> running;
  for (int i = 0; i < threads; ++i) {
    running.emplace_back([&, i] {
      begin.arrive_and_wait();
      work(i);
    });
  }
}

}  // namespace session::test
