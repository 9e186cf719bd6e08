#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "gateway/telemetry/metrics/layout.h"

namespace session::gateway {

// The sum of tallies, by slot.
using CounterSnapshot = std::array<std::uint64_t, layout::kAll>;

// What one thread has counted. Only that thread counts in it, by a load and a store without a locked
// instruction; any thread may read at any time. One that is `shared` is counted in by all who have none of
// their own, by locked instructions. Figures only grow.
class alignas(64) ThreadCounters {
 public:
  enum class Of { one_thread, all_threads };
  constexpr explicit ThreadCounters(Of whose) : shared_(whose == Of::all_threads) {}
  ThreadCounters(const ThreadCounters&) = delete;
  ThreadCounters& operator=(const ThreadCounters&) = delete;

  void add(std::size_t slot, std::uint64_t by = 1) noexcept {
    std::atomic<std::uint64_t>& cell = cells_[slot];
    if (shared_) {
      cell.fetch_add(by, std::memory_order_relaxed);
    } else {
      cell.store(cell.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
    }
  }
  void count(Count what) noexcept { add(layout::of(what)); }
  // `first`: slots::request_time() or slots::store_time().
  void time(std::size_t first, std::uint64_t nanos) noexcept {
    add(first + bucket_of(nanos));
    add(first + kBuckets, nanos);
  }

  void add_to(CounterSnapshot& sums) const noexcept {
    for (std::size_t i = 0; i < cells_.size(); ++i) sums[i] += cells_[i].load(std::memory_order_relaxed);
  }

 private:
  const bool shared_;
  std::array<std::atomic<std::uint64_t>, layout::kAll> cells_{};
};

}  // namespace session::gateway
