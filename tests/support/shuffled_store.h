#pragma once

#include <random>
#include <string>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include "core/base/task.h"
#include "core/store/store.h"

namespace session::test {

// A store whose every call lets others run before and after it, now and then for long.
class ShuffledStore final : public Store {
 public:
  ShuffledStore(Store& inner, unsigned seed) : inner_(inner), random_(seed) {}

  Answer<std::optional<Entry>> load(std::string key, LoadTerms terms) override {
    return shuffled<std::optional<Entry>>(inner_.load(std::move(key), terms));
  }
  Answer<CreateOutcome> create(std::string key, Bytes bytes, StoreTerms terms) override {
    return shuffled<CreateOutcome>(inner_.create(std::move(key), std::move(bytes), terms));
  }
  Answer<ReplaceOutcome> replace(std::string key, Bytes expected, Bytes bytes, StoreTerms terms) override {
    return shuffled<ReplaceOutcome>(
        inner_.replace(std::move(key), std::move(expected), std::move(bytes), terms));
  }
  Answer<TouchOutcome> touch(std::string key, StoreTerms terms) override {
    return shuffled<TouchOutcome>(inner_.touch(std::move(key), terms));
  }
  Answer<EraseOutcome> erase(std::string key, std::string owner) override {
    return shuffled<EraseOutcome>(inner_.erase(std::move(key), std::move(owner)));
  }
  Answer<EraseIfOutcome> erase_if(std::string key, Bytes expected, std::string owner) override {
    return shuffled<EraseIfOutcome>(inner_.erase_if(std::move(key), std::move(expected), std::move(owner)));
  }
  Answer<OwnedKeys> owned(std::string owner, std::size_t max) override {
    return shuffled<OwnedKeys>(inner_.owned(std::move(owner), max));
  }
  Answer<void> own(std::string key, std::string owner, milliseconds time_left) override {
    return shuffled<void>(inner_.own(std::move(key), std::move(owner), time_left));
  }
  Answer<void> disown(std::string key, std::string owner, seconds as_of) override {
    return shuffled<void>(inner_.disown(std::move(key), std::move(owner), as_of));
  }
  Answer<KeyPage> keys(std::string cursor, std::size_t max) override {
    return shuffled<KeyPage>(inner_.keys(std::move(cursor), max));
  }
  // One of so many calls fails, done or not; 0: none.
  void fail_one_of(unsigned calls) { fail_one_of_ = calls; }

 private:
  template <class T>
  Answer<T> shuffled(Answer<T> inner) {
    co_await let_others_run();
    const bool fails = fail_one_of_ != 0 && random_() % fail_one_of_ == 0;
    if (fails && random_() % 2 == 0) co_return broken();
    auto answer = co_await std::move(inner);
    co_await let_others_run();
    if (fails) co_return broken();
    co_return answer;
  }
  Task<void> let_others_run() {
    const Executor executor = co_await boost::asio::this_coro::executor;
    const auto times = random_() % 4 == 0 ? 20 : random_() % 3;
    for (auto i = times; i > 0; --i) co_await boost::asio::post(executor, kAwait);
  }
  static StoreFailure broken() { return StoreFailure(StoreFailure::Kind::unavailable, "broken"); }

  Store& inner_;
  std::mt19937 random_;
  unsigned fail_one_of_ = 0;
};

}  // namespace session::test
