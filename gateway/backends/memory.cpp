#include "core/store/memory/memory_store.h"
#include "gateway/backends/store_backend.h"
#include "gateway/telemetry/log/log.h"

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
  spdlog::warn("the memory store is full: {} sessions were evicted; raise store.memory.max_bytes",
               evicted - known);
  return evicted;
}

// "1,234,567".
std::string grouped(std::size_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, 1, ',');
  return digits;
}

std::string summary(const MemoryStore& store) {
  const MemoryStore::Stats stats = store.stats();
  return "memory: " + grouped(stats.entries) + (stats.entries == 1 ? " session, " : " sessions, ") +
         grouped(stats.bytes >> 20) + " MiB";
}

}  // namespace

StoreBackend make_memory_store(const Settings& settings, StoreObserver* observer) {
  MemoryStoreOptions options = settings.memory;
  options.observer = observer;
  auto store = std::make_unique<MemoryStore>(options);
  auto maintenance = [&memory = *store, evicted = std::uint64_t{0}]() mutable {
    const bool more = memory.sweep(kSweepMost) == kSweepMost;
    evicted = warn_of_evictions(memory, evicted);
    return more ? kSweepAgain : kSweepEvery;
  };
  auto report = [&memory = *store, most = options.max_bytes] {
    return StoreReport{StoreType::memory, memory.stats(), most, {}};
  };
  auto line = [&memory = *store] { return summary(memory); };
  return StoreBackend{std::move(store), std::move(maintenance), std::move(report), std::move(line)};
}

}  // namespace session::gateway
