#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/store/store.h"
#include "gateway/config/settings.h"
#include "gateway/telemetry/telemetry.h"

namespace session::gateway {

// The store that the configuration asks for, and what it needs to have done now and then.
struct StoreBackend {
  // A thread's own way to the sessions, which tells `observer` of each command that it is given. May be
  // called on any thread. The observer outlives the way; the sessions live as long as the backend or a way to
  // them.
  std::function<std::unique_ptr<Store>(StoreObserver& observer)> way_for;
  // Does a little of its housekeeping, about a millisecond's worth, and returns when it wants to do more.
  // Empty if it has none. To be called from one thread.
  std::function<milliseconds()> maintenance;
  // One line for the operator: "memory: 1,234 sessions, 5 MiB". May be called on every thread.
  std::function<std::string()> summary;
};

// Makes the store and registers its metrics with the telemetry, which outlives it. Throws std::runtime_error,
// which says why, if it can't be had.
[[nodiscard]] StoreBackend make_store(const Settings& settings, Telemetry& telemetry);

// One file each, and a row in make_store's table.
[[nodiscard]] StoreBackend make_memory_store(const Settings& settings, Telemetry& telemetry);
[[nodiscard]] StoreBackend make_redis_store(const Settings& settings, Telemetry& telemetry);

}  // namespace session::gateway
