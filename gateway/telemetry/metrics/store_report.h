#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/store/memory/memory_store.h"
#include "gateway/config/settings.h"

namespace session::gateway {

// What is known of the connections to Redis, all workers' together.
struct RedisReport {
  std::size_t up = 0;          // connections that answer
  std::size_t connecting = 0;  // that are being made
  std::size_t down = 0;        // that can't be made, or hang: commands for them fail at once
  std::uint64_t reconnects = 0;
  std::uint64_t outages = 0;
  std::uint64_t failovers = 0;
  bool cut_off = false;  // a worker reaches none of the servers that it needs
};

// What a store says of itself at one moment.
struct StoreReport {
  StoreType type = StoreType::memory;
  std::optional<MemoryStore::Stats> memory = {};
  std::size_t memory_max_bytes = 0;
  std::optional<RedisReport> redis = {};

  [[nodiscard]] bool up() const { return !redis || !redis->cut_off; }
};

}  // namespace session::gateway
