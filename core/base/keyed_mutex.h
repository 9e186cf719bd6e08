#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "core/base/clock.h"
#include "core/base/task.h"

namespace session {

// A mutex for each key, in FIFO order: makes writers of the same key on one event loop write one after the
// other. The store's compare-and-set already keeps writes apart, also between threads and machines. But when
// many writers race for one key, all but one fail and retry, so the work grows with the square of their
// number. Not thread-safe: one per event loop.
class KeyedMutex {
  struct Queues;
  struct Waiter;
  struct QueueEntry;

 public:
  // How many may wait for one key: more than the requests that a busy page sends at once for one session, and
  // few enough that one client that keeps writing can't fill the memory with waiting requests.
  static constexpr std::size_t kMaxWaiters = 1'024;

  // Holds the lock of one key. The destructor passes it to the next waiter.
  class Lock {
   public:
    Lock(std::shared_ptr<Queues> queues, std::string key);
    Lock(Lock&& other) noexcept = default;
    Lock& operator=(Lock&& other) noexcept {
      std::swap(queues_, other.queues_);
      std::swap(key_, other.key_);
      return *this;
    }
    ~Lock();

   private:
    std::shared_ptr<Queues> queues_;  // nullptr: moved from
    std::string key_;
  };

  // The clock outlives it.
  explicit KeyedMutex(const Clock& clock = system_clock());

  // Waits, for at most `timeout`, until all earlier callers for this key have released it. nullopt: the wait
  // timed out, or kMaxWaiters were waiting already, and then the answer comes at once. Locking a free key
  // always succeeds, whatever the timeout.
  [[nodiscard]] Task<std::optional<Lock>> lock(std::string key, milliseconds timeout);

 private:
  const Clock& clock_;
  std::shared_ptr<Queues> queues_;
};

}  // namespace session
