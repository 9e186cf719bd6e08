#include <utility>

#include "core/store/memory/memory_store.h"
#include "gateway/backends/memory_families.h"
#include "gateway/backends/store_backend.h"
#include "gateway/telemetry/metrics/store_report.h"

namespace session::gateway {
namespace {

// The entries of one sweep. They are few, because the thread also accepts connections. If more are left, the
// next sweep follows soon.
constexpr std::size_t kMaxSwept = 500;
constexpr milliseconds kSweepAgain{5};
constexpr milliseconds kSweepEvery{1000};

// Logs that sessions with a subject are evicted before they expire, and returns the number of evictions that
// the log has reported.
std::uint64_t warn_of_evictions(const MemoryStore& store, std::uint64_t reported, Log& log) {
  const std::uint64_t evicted = store.stats().evictions;
  const bool due =
      evicted != reported && log.limit(Message::memory_evictions).admit(system_clock().steady_now()).first;
  if (!due) return reported;
  log.warn("the memory store is full: {} sessions were evicted; raise store.memory.max_bytes",
           evicted - reported);
  return evicted;
}

// Formats a number with thousands separators: "1,234,567".
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

StoreReport report(const MemoryStore& store, std::size_t max_bytes) {
  const MemoryStore::Stats stats = store.stats();
  StoreReport report;
  report.ended = StoreReport::Ended{stats.expirations, stats.evictions + stats.expendable_evictions};
  add_memory_families(report.families, stats, max_bytes);
  return report;
}

}  // namespace

StoreBackend make_memory_store(const Settings& settings, Telemetry& telemetry) {
  const auto store = std::make_shared<MemoryStore>(settings.memory);
  telemetry.register_store([store, max = settings.memory.max_bytes] { return report(*store, max); });
  auto maintenance = [store, &log = telemetry.log(), reported = std::uint64_t{0}]() mutable {
    const bool more = store->sweep(kMaxSwept) == kMaxSwept;
    reported = warn_of_evictions(*store, reported, log);
    return more ? kSweepAgain : kSweepEvery;
  };
  return StoreBackend{[store](StoreObserver& observer) { return store->observed_by(observer); },
                      std::move(maintenance), [store] { return summary(*store); }};
}

}  // namespace session::gateway
