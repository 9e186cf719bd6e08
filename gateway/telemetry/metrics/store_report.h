#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "gateway/telemetry/metrics/families.h"

namespace session::gateway {

// The state of a store at one moment.
struct StoreReport {
  // The sessions that the store itself has ended so far.
  struct Ended {
    std::uint64_t expired = 0;
    std::uint64_t evicted = 0;
  };

  bool up = true;                   // false: a worker can't reach any server that it needs
  std::optional<Ended> ended = {};  // nullopt: unknown, as for Redis
  Families families = {};           // metrics that only this kind of store has
};

// Returns the store's report. It is registered at start (Telemetry::register_store), and called from every
// thread until the process's telemetry ends. It must not throw anything but std::bad_alloc.
using StoreReporter = std::function<StoreReport()>;

}  // namespace session::gateway
