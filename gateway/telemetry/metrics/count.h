#pragma once

#include "core/base/clock.h"
#include "core/store/observer.h"
#include "gateway/http/response.h"
#include "gateway/telemetry/metrics/thread_counters.h"

namespace session::gateway {

// Count in the row of the calling thread. They cost some nanoseconds each, and cannot fail.

// Counts one answered request, with what it did to sessions.
void count_request(ThreadCounters& counters, EndpointId endpoint, const Response& response,
                   Clock::Steady::duration took) noexcept;

// Counts the commands that one thread gives to a store. Not thread-safe, as the row is not: each thread has
// its own way to the store, with an observer of its own.
class CountedCommands final : public StoreObserver {
 public:
  explicit CountedCommands(ThreadCounters& counters) : counters_(counters) {}
  void observe(StoreCommand command, Clock::Steady::duration took, bool ok) noexcept override {
    counters_.time(layout::store_time(command, ok), nanos_of(took));
  }

 private:
  ThreadCounters& counters_;
};

}  // namespace session::gateway
