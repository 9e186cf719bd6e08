#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <type_traits>
#include <utility>

#include "core/base/run.h"
#include "core/store/store.h"

namespace session::test {

// A store that is closed and opened again between the calls: before the first few, and then before some. One
// call at a time.
class ReopeningStore final : public Store {
 public:
  // `reopened`: closes the store, and returns what it has become; `same`: returns it as it is.
  ReopeningStore(std::function<Store&()> reopened, std::function<Store&()> same)
      : reopened_(std::move(reopened)), same_(std::move(same)) {}

  Answer<std::optional<Entry>> load(std::string key, LoadTerms terms = {}) override {
    co_return call([&](Store& store) { return run(store.load(std::move(key), terms)); });
  }
  Answer<CreateOutcome> create(std::string key, Bytes bytes, StoreTerms terms) override {
    co_return call(
        [&](Store& store) { return run(store.create(std::move(key), std::move(bytes), std::move(terms))); });
  }
  Answer<ReplaceOutcome> replace(std::string key, Bytes expected, Bytes bytes, StoreTerms terms) override {
    co_return call([&](Store& store) {
      return run(store.replace(std::move(key), std::move(expected), std::move(bytes), std::move(terms)));
    });
  }
  Answer<TouchOutcome> touch(std::string key, StoreTerms terms) override {
    co_return call([&](Store& store) { return run(store.touch(std::move(key), std::move(terms))); });
  }
  Answer<EraseOutcome> erase(std::string key, std::string owner = {}) override {
    co_return call([&](Store& store) { return run(store.erase(std::move(key), std::move(owner))); });
  }
  Answer<EraseIfOutcome> erase_if(std::string key, Bytes expected, std::string owner = {}) override {
    co_return call([&](Store& store) {
      return run(store.erase_if(std::move(key), std::move(expected), std::move(owner)));
    });
  }
  Answer<OwnedKeys> owned(std::string owner, std::size_t max) override {
    co_return call([&](Store& store) { return run(store.owned(std::move(owner), max)); });
  }
  Answer<void> own(std::string key, std::string owner, milliseconds time_left) override {
    co_return call([&](Store& store) { return run(store.own(std::move(key), std::move(owner), time_left)); });
  }
  Answer<void> disown(std::string key, std::string owner, seconds as_of) override {
    co_return call([&](Store& store) { return run(store.disown(std::move(key), std::move(owner), as_of)); });
  }
  // A cursor means something to the store that has given it, and to no other one.
  Answer<KeyPage> keys(std::string cursor, std::size_t max) override {
    const std::lock_guard lock(mutex_);
    auto page = run(same_().keys(std::move(cursor), max));
    is_paging_ = page.has_value() && !page->cursor.empty();
    co_return page;
  }

 private:
  template <class Work>
  std::invoke_result_t<Work, Store&> call(Work work) {
    const std::lock_guard lock(mutex_);
    ++calls_;
    const bool reopens = !is_paging_ && (calls_ <= 20 || calls_ % 37 == 0);
    return work(reopens ? reopened_() : same_());
  }

  std::function<Store&()> reopened_, same_;
  std::mutex mutex_;
  int calls_ = 0;
  bool is_paging_ = false;
};

}  // namespace session::test
