#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "gateway/telemetry/metrics/thread_counters.h"

namespace session::gateway {

// The tallies of a process's workers: made as threads ask for one, and kept when these end, so that no sum
// ever goes down. Thread-safe.
class CounterRegistry {
 public:
  // While it lives, its thread counts in a tally of its own; one that a thread has left is used again. Made
  // and destroyed on that thread, one at a time. The tallies outlive it.
  class ThreadScope {
   public:
    explicit ThreadScope(CounterRegistry& counters);
    ~ThreadScope();
    ThreadScope(const ThreadScope&) = delete;
    ThreadScope& operator=(const ThreadScope&) = delete;

   private:
    CounterRegistry& counters_;
    ThreadCounters* taken_;
  };

  // Where the calling thread counts: its own tally, or without a ThreadScope the one that all such threads of
  // the process share.
  [[nodiscard]] static ThreadCounters& here() noexcept;

  // Everything that was counted so far, by threads without a ThreadScope too.
  [[nodiscard]] CounterSnapshot sum() const;

 private:
  [[nodiscard]] ThreadCounters* take();
  void give_back(ThreadCounters* counters);

  mutable std::mutex mutex_;  // of the lists, not of the counting
  std::vector<std::unique_ptr<ThreadCounters>> all_;
  std::vector<ThreadCounters*> free_;
};

}  // namespace session::gateway
