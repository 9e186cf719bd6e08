#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include "gateway/telemetry/metrics/thread_counters.h"

namespace session::gateway {

// The rows of counters of a process's threads. A row is made when a thread needs one, and is kept when the
// thread ends, so that no sum ever decreases. Thread-safe.
class CounterRegistry {
 public:
  // One thread's row. A row whose thread has ended is reused. It may be made and destroyed on any thread, as
  // long as only one thread at a time counts. The registry must outlive it.
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

  // Sets the number of slots of a row. Throws std::logic_error once there is a row, because all rows have the
  // same length.
  void set_slots(std::size_t slots);

  // Returns the sums of all rows.
  [[nodiscard]] CounterSnapshot sum() const;

 private:
  [[nodiscard]] ThreadCounters& take();
  void give_back(ThreadCounters& counters) noexcept;

  mutable std::mutex mutex_;  // guards the members below, but not the counters
  std::size_t slots_;
  std::vector<std::unique_ptr<ThreadCounters>> all_;
  std::vector<ThreadCounters*> free_;
};

}  // namespace session::gateway
