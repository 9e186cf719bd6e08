#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/base/task.h"
#include "core/store/durable/change_queue.h"
#include "core/store/store.h"

namespace session {

// Internal to DurableStore: callers that wait until their changes are in the file.
//
// Thread-safe. A caller is resumed on its own event loop. advance(), fail() and close() are the writer's.
class CommitWaiters {
 public:
  // Both outlive it.
  CommitWaiters(ChangeQueue& queue, milliseconds deadline, const Clock& clock)
      : queue_(queue), deadline_(deadline), clock_(clock) {}

  // Waits until the file has every change that was made so far. `unavailable` if writing fails or has failed,
  // or if it takes longer than the deadline: the changes may come into the file later. Who comes after one
  // that has waited in vain is told so at once, until something is written: a request with several changes
  // would otherwise wait for each of them.
  Task<Result<void, StoreFailure>> written();
  // Whether written() would fail at once.
  [[nodiscard]] bool failing() const noexcept { return failing_.load(std::memory_order_relaxed); }
  [[nodiscard]] StoreFailure failure() const;

  // The file has all changes up to this one.
  void advance(std::uint64_t number);
  // Writing fails. Nobody waits until advance() says that it works.
  void fail(const std::string& why);

 private:
  struct Waiter;
  struct Place;
  void wake(const std::shared_ptr<Waiter>& waiter, bool written);
  StoreFailure waited_in_vain(std::uint64_t number);

  ChangeQueue& queue_;
  const milliseconds deadline_;
  const Clock& clock_;
  std::atomic<bool> failing_ = false;  // as why_ says; written under the lock

  mutable std::mutex mutex_;  // guards all below
  std::uint64_t written_ = 0;
  std::string why_;
  std::multimap<std::uint64_t, std::shared_ptr<Waiter>> waiting_;  // by the change that each waits for
};

}  // namespace session
