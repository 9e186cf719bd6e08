#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/store/store.h"
#include "gateway/config/settings.h"
#include "gateway/telemetry/telemetry.h"

namespace session::gateway {

// The configured store, with its maintenance and its report.
struct StoreBackend {
  // Makes a store object for one thread, which reports each command to `observer`. It may be called on any
  // thread. The observer must outlive the object. The sessions live as long as the backend or any of these
  // objects.
  std::function<std::unique_ptr<Store>(StoreObserver& observer)> way_for;
  // Does some maintenance, about a millisecond of work, and returns the time until the next call. Empty if
  // the store needs none. It must always be called from the same thread.
  std::function<milliseconds()> maintenance;
  // Returns one line for the operator: "memory: 1,234 sessions, 5 MiB". It may be called on every thread.
  std::function<std::string()> summary;
  // Whether no worker has lost its servers; a log message has said so if one has. It may be called on every
  // thread. Empty if the store has no servers, and so there is nothing to connect to at start.
  std::function<bool()> reachable = {};
  // Returns a sentence for probes if the store serves but would lose sessions at a restart that it should
  // keep; empty: it would not. It may be called on every thread. Empty: the store keeps none, or has servers
  // that do.
  std::function<std::string_view()> trouble = {};
  // Saves what is not saved yet. It must be called when the last request was answered, once. Empty: there is
  // nothing to save.
  std::function<void()> close = {};
};

// Hears, while a store is made that takes long, how far it is: "reading sessions.db: 8192 of 1000000
// sessions". Called at once, and then about every second.
using StoreProgress = std::function<void(const std::string& status)>;

// Makes the store, and registers its metrics with the telemetry, which must outlive it. Throws
// std::runtime_error with the reason if the store can't be made. May block for seconds, to read a file of
// sessions.
[[nodiscard]] StoreBackend make_store(const Settings& settings, Telemetry& telemetry,
                                      const StoreProgress& progress = {});

// Each kind of store has a file of its own, and a row in make_store's table.
[[nodiscard]] StoreBackend make_memory_store(const Settings& settings, Telemetry& telemetry,
                                             const StoreProgress& progress);
[[nodiscard]] StoreBackend make_redis_store(const Settings& settings, Telemetry& telemetry,
                                            const StoreProgress& progress);

}  // namespace session::gateway
