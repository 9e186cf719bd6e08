#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include "gateway/telemetry/metrics/thread_counters.h"

namespace session::gateway {

// The rows of counters of a process's threads: made as threads ask for one, and kept when these end, so that
// no sum ever goes down. Thread-safe.
class CounterRegistry {
 public:
  // One thread's row. A row that another thread has left is used again. May be made and destroyed on any
  // thread, as long as one thread at a time counts. The registry outlives it.
  class Row {
   public:
    explicit Row(CounterRegistry& registry);
    ~Row();
    Row(const Row&) = delete;
    Row& operator=(const Row&) = delete;

    [[nodiscard]] ThreadCounters& counters() const noexcept { return counters_; }

   private:
    CounterRegistry& registry_;
    ThreadCounters& counters_;
  };

  explicit CounterRegistry(std::size_t slots) : slots_(slots) {}
  CounterRegistry(const CounterRegistry&) = delete;
  CounterRegistry& operator=(const CounterRegistry&) = delete;

  // How many numbers a row has. Throws std::logic_error once there is a row: all have the same length.
  void set_slots(std::size_t slots);

  // Everything that was counted so far.
  [[nodiscard]] CounterSnapshot sum() const;

 private:
  [[nodiscard]] ThreadCounters& take();
  void give_back(ThreadCounters& counters) noexcept;

  mutable std::mutex mutex_;  // of all that follows, not of the counting
  std::size_t slots_;
  std::vector<std::unique_ptr<ThreadCounters>> all_;
  std::vector<ThreadCounters*> free_;
};

}  // namespace session::gateway
