#pragma once

#include <atomic>
#include <cstddef>
#include <string>
#include <utility>

#include "core/store/store.h"
#include "tests/support/redis/looped_store.h"

namespace session::test {

// A Store over the event loops of a LoopedStore, in turns, whose loads are answered by copies wherever one
// will do: each asks twice, so that the second has one. For tests, as each call blocks its caller's event
// loop.
class NearCachedStore final : public Store {
 public:
  // Outlives this.
  explicit NearCachedStore(LoopedStore& to, std::size_t loops) : to_(to), loops_(loops) {}

  Answer<std::optional<Entry>> load(std::string key, LoadTerms terms = {}) override {
    if (terms.copy == LoadTerms::Copy::refused) terms.copy = LoadTerms::Copy::will_do;
    const std::size_t loop = next();
    auto first = to_.run((*to_).load(key, terms), loop);
    if (!first) co_return first;
    co_return to_.run((*to_).load(std::move(key), terms), loop);
  }
  Answer<CreateOutcome> create(std::string key, Bytes bytes, StoreTerms terms) override {
    co_return to_.run((*to_).create(std::move(key), std::move(bytes), std::move(terms)), next());
  }
  Answer<ReplaceOutcome> replace(std::string key, Bytes expected, Bytes bytes, StoreTerms terms) override {
    co_return to_.run((*to_).replace(std::move(key), std::move(expected), std::move(bytes), std::move(terms)),
                      next());
  }
  Answer<TouchOutcome> touch(std::string key, StoreTerms terms) override {
    co_return to_.run((*to_).touch(std::move(key), std::move(terms)), next());
  }
  Answer<EraseOutcome> erase(std::string key, std::string owner = {}) override {
    co_return to_.run((*to_).erase(std::move(key), std::move(owner)), next());
  }
  Answer<EraseIfOutcome> erase_if(std::string key, Bytes expected, std::string owner = {}) override {
    co_return to_.run((*to_).erase_if(std::move(key), std::move(expected), std::move(owner)), next());
  }
  Answer<OwnedKeys> owned(std::string owner, std::size_t max) override {
    co_return to_.run((*to_).owned(std::move(owner), max), next());
  }
  Answer<void> own(std::string key, std::string owner, milliseconds time_left) override {
    co_return to_.run((*to_).own(std::move(key), std::move(owner), time_left), next());
  }
  Answer<void> disown(std::string key, std::string owner, seconds as_of) override {
    co_return to_.run((*to_).disown(std::move(key), std::move(owner), as_of), next());
  }
  Answer<KeyPage> keys(std::string cursor, std::size_t max) override {
    co_return to_.run((*to_).keys(std::move(cursor), max), next());
  }

 private:
  std::size_t next() { return turns_++ % loops_; }

  LoopedStore& to_;
  const std::size_t loops_;
  std::atomic<std::size_t> turns_ = 0;
};

}  // namespace session::test
