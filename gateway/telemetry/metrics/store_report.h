#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "gateway/telemetry/metrics/families.h"

namespace session::gateway {

// What a store says of itself at one moment.
struct StoreReport {
  // The sessions that the store itself has ended so far.
  struct Ended {
    std::uint64_t expired = 0;
    std::uint64_t evicted = 0;
  };

  bool up = true;                   // false: a worker reaches none of the servers that it needs
  std::optional<Ended> ended = {};  // nullopt: the store does not tell, as Redis
  Families families = {};           // metrics that only this kind of store has
};

// Registered at start (Telemetry::register_store). Called from every thread, at any time until the process's
// telemetry ends; must not throw anything but std::bad_alloc.
using StoreReporter = std::function<StoreReport()>;

}  // namespace session::gateway
