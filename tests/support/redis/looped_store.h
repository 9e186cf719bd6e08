#pragma once

#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include "core/store/redis/redis_store.h"

namespace session::test {

// A RedisStore and some event loops that call it and go on between two calls, as those of a gateway's workers
// do. It hears what the store tells operators.
class LoopedStore {
 public:
  explicit LoopedStore(RedisStoreOptions options, std::size_t loops = 1,
                       const Clock& clock = system_clock()) {
    options.on_event = [this](const RedisEvent& event) {
      const std::lock_guard lock(mutex_);
      events_.push_back(event);
    };
    store_ = std::make_unique<RedisStore>(std::move(options), clock);
    for (std::size_t i = 0; i < loops; ++i) loops_.push_back(std::make_unique<Loop>());
  }
  LoopedStore(const LoopedStore&) = delete;
  LoopedStore& operator=(const LoopedStore&) = delete;
  ~LoopedStore() { loops_.clear(); }

  RedisStore& operator*() { return *store_; }

  // What a task yields, on one of the loops.
  template <class T>
  T run(Task<T> task, std::size_t loop = 0) {
    return boost::asio::co_spawn(loops_.at(loop)->context, std::move(task), boost::asio::use_future).get();
  }
  // Lets that loop stand still for good.
  void stop(std::size_t loop) { loops_.at(loop)->stop(); }
  // A load for which a copy will do.
  Result<std::optional<Entry>, StoreFailure> read(const std::string& key, std::size_t loop = 0) {
    return run(store_->load(key, LoadTerms{LoadTerms::kAnySize, true, LoadTerms::Copy::will_do}), loop);
  }
  // The text of the entry that such a load finds; "(absent)" and "(outage)" for none.
  std::string text(const std::string& key, std::size_t loop = 0) {
    const auto read_entry = read(key, loop);
    if (!read_entry) return "(outage)";
    return *read_entry ? std::string((*read_entry)->bytes.view()) : "(absent)";
  }
  [[nodiscard]] NearCache::Stats stats() const { return store_->near_cache_stats().value(); }
  [[nodiscard]] std::vector<RedisEvent> events() const {
    const std::lock_guard lock(mutex_);
    return events_;
  }
  [[nodiscard]] std::size_t count(RedisEvent::Kind kind) const {
    std::size_t count = 0;
    for (const RedisEvent& event : events()) count += event.kind == kind ? 1 : 0;
    return count;
  }

 private:
  struct Loop {
    Loop() : work(boost::asio::make_work_guard(context)), thread([this] { context.run(); }) {}
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;
    ~Loop() { stop(); }
    void stop() {
      context.stop();
      if (thread.joinable()) thread.join();
    }
    boost::asio::io_context context{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work;
    std::thread thread;
  };

  mutable std::mutex mutex_;
  std::vector<RedisEvent> events_;
  std::unique_ptr<RedisStore> store_;
  std::vector<std::unique_ptr<Loop>> loops_;
};

}  // namespace session::test
