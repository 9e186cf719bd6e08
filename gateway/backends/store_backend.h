#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/store/store.h"
#include "gateway/config/settings.h"
#include "gateway/telemetry/metrics/store_report.h"

namespace session::gateway {

// The store that the configuration asks for, what it needs to have done now and then, and what it says of
// itself.
struct StoreBackend {
  std::unique_ptr<Store> store;
  // Does a little of its housekeeping, about a millisecond's worth, and says when it wants to do more. Empty
  // if it has none. Called from one thread.
  std::function<milliseconds()> maintenance;
  // Figures, and one line for the operator: "memory: 1,234 sessions, 5 MiB". Both may be called from every
  // thread, while the store is there.
  std::function<StoreReport()> report;
  std::function<std::string()> summary;
};

// Throws std::runtime_error, which says why, if it can't be had. The observer hears of every command, and
// outlives the store; nullptr: nobody does.
[[nodiscard]] StoreBackend make_store(const Settings& settings, StoreObserver* observer = nullptr);

// One file each, and a row in make_store's table.
[[nodiscard]] StoreBackend make_memory_store(const Settings& settings, StoreObserver* observer);
[[nodiscard]] StoreBackend make_redis_store(const Settings& settings, StoreObserver* observer);

}  // namespace session::gateway
