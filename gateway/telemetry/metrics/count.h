#pragma once

#include "core/base/clock.h"
#include "core/store/observer.h"
#include "gateway/http/response.h"
#include "gateway/telemetry/metrics/thread_counters.h"

namespace session::gateway {

// Functions that count in the row of the calling thread. Each call takes some nanoseconds and can't fail.

// Counts one answered request, with its changes to sessions.
void count_request(ThreadCounters& counters, EndpointId endpoint, const Response& response,
                   Clock::Steady::duration took) noexcept;

// Counts the commands of one thread to a store. Not thread-safe, because the row is not: each thread has its
// own store object with its own observer.
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
