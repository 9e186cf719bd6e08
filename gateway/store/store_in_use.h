#pragma once

#include <functional>
#include <memory>

#include "core/store/store.h"
#include "gateway/config/settings.h"

namespace session::gateway {

// The store that the configuration asks for, and what it needs to have done now and then.
struct StoreInUse {
  std::unique_ptr<Store> store;
  // Does a little of its housekeeping, about a millisecond's worth, and says when it wants to do more. Empty
  // if it has none. Called from one thread.
  std::function<milliseconds()> upkeep;
};

// Throws std::runtime_error, which says why, if it can't be had.
[[nodiscard]] StoreInUse make_store(const Settings& settings);

// One file each, and a row in make_store's table.
[[nodiscard]] StoreInUse make_memory_store(const Settings& settings);
[[nodiscard]] StoreInUse make_redis_store(const Settings& settings);

}  // namespace session::gateway
