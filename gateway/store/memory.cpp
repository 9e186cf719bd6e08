#include "core/store/memory_store.h"
#include "gateway/log/log.h"
#include "gateway/store/store_in_use.h"

namespace session::gateway {
namespace {

// Little at a time, as the thread that does it also accepts; and soon more of it while there is more.
constexpr std::size_t kSweepMost = 500;
constexpr milliseconds kSweepAgain{5};
constexpr milliseconds kSweepEvery{1000};

// Says that sessions end before their time, and returns how many have so far.
std::uint64_t warn_of_evictions(const MemoryStore& store, std::uint64_t known) {
  const std::uint64_t evicted = store.stats().evictions;
  static RateLimit limit;
  if (evicted == known || !limit.admit().first) return known;
  spdlog::warn(
      "the memory store is full: {} sessions were dropped before their time; raise store.memory.max_bytes",
      evicted - known);
  return evicted;
}

}  // namespace

StoreInUse make_memory_store(const Settings& settings) {
  auto store = std::make_unique<MemoryStore>(settings.memory);
  auto upkeep = [&memory = *store, evicted = std::uint64_t{0}]() mutable {
    const bool more = memory.sweep(kSweepMost) == kSweepMost;
    evicted = warn_of_evictions(memory, evicted);
    return more ? kSweepAgain : kSweepEvery;
  };
  return StoreInUse{std::move(store), std::move(upkeep)};
}

}  // namespace session::gateway
