#include <utility>

#include "core/store/memory/memory_store.h"
#include "gateway/backends/memory_families.h"
#include "gateway/backends/memory_file.h"
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

// The store, and what keeps its sessions if there is a file.
struct Kept {
  std::shared_ptr<MemoryStore> memory;
  std::shared_ptr<DurableStore> in_file;  // nullptr: there is no file
};

Kept make(const Settings& settings, Log& log, const StoreProgress& progress) {
  if (!settings.has_memory_file()) return {std::make_shared<MemoryStore>(settings.memory), nullptr};
  auto in_file = open_memory_file(settings, log, progress);
  return {std::shared_ptr<MemoryStore>(in_file, &in_file->memory()), in_file};
}

std::string summary(const Kept& store) {
  const MemoryStore::Stats stats = store.memory->stats();
  return "memory: " + grouped(stats.entries) + (stats.entries == 1 ? " session, " : " sessions, ") +
         grouped(stats.bytes >> 20) + " MiB" +
         (store.in_file ? ", " + summary_of(store.in_file->stats()) : std::string());
}

StoreReport report(const Kept& store, std::size_t max_bytes) {
  MemoryStore::Stats stats = store.memory->stats();
  StoreReport report;
  report.ended = StoreReport::Ended{stats.expirations, stats.evictions + stats.expendable_evictions};
  if (!store.in_file) {
    add_memory_families(report.families, stats, max_bytes);
    return report;
  }
  const DurableStore::Stats file = store.in_file->stats();
  stats.bytes += file.queue_bytes;
  add_memory_families(report.families, stats, max_bytes);
  add_memory_file_families(report.families, file);
  return report;
}

}  // namespace

StoreBackend make_memory_store(const Settings& settings, Telemetry& telemetry,
                               const StoreProgress& progress) {
  const Kept store = make(settings, telemetry.log(), progress);
  telemetry.register_store([store, max = settings.memory.max_bytes] { return report(store, max); });
  StoreBackend backend;
  backend.maintenance = [memory = store.memory, &log = telemetry.log(),
                         reported = std::uint64_t{0}]() mutable {
    const bool more = memory->sweep(kMaxSwept) == kMaxSwept;
    reported = warn_of_evictions(*memory, reported, log);
    return more ? kSweepAgain : kSweepEvery;
  };
  backend.summary = [store] { return summary(store); };
  if (!store.in_file) {
    backend.way_for = [memory = store.memory](StoreObserver& observer) {
      return memory->observed_by(observer);
    };
    return backend;
  }
  backend.way_for = [file = store.in_file](StoreObserver& observer) { return file->observed_by(observer); };
  backend.trouble = [file = store.in_file] { return trouble_of(file->stats()); };
  backend.close = [file = store.in_file] { (void)file->close(); };
  return backend;
}

}  // namespace session::gateway
