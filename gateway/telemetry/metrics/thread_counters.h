#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "gateway/telemetry/metrics/layout.h"

namespace session::gateway {

// The sum of rows of counters, by slot.
using CounterSnapshot = std::vector<std::uint64_t>;

// A row of counters for one thread. Only that thread writes, by a load and a store without a locked
// instruction; any thread may read at any time. Counters never decrease. REQUIRES: slots belong to a layout
// with as many endpoints as the row was made for.
class ThreadCounters {
 public:
  explicit ThreadCounters(std::size_t slots)
      : memory_(std::make_unique<Cell[]>(kLine + slots + kLine)), cells_(memory_.get() + kLine) {}
  ThreadCounters(const ThreadCounters&) = delete;
  ThreadCounters& operator=(const ThreadCounters&) = delete;

  void add(std::size_t slot, std::uint64_t by = 1) noexcept {
    Cell& cell = cells_[slot];
    cell.store(cell.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
  }
  void count(Count what) noexcept { add(layout::of(what)); }
  // `first`: layout::request_time() or layout::store_time().
  void time(std::size_t first, std::uint64_t nanos) noexcept {
    add(first + bucket_of(nanos));
    add(first + kBuckets, nanos);
  }

  // Adds each counter to the sum of its slot. REQUIRES: `sums` is no longer than the row.
  void add_to(CounterSnapshot& sums) const noexcept {
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += cells_[i].load(std::memory_order_relaxed);
  }

 private:
  using Cell = std::atomic<std::uint64_t>;
  // One cache line at each end stays unused, so that two threads never write to the same line (false
  // sharing).
  static constexpr std::size_t kLine = 64 / sizeof(Cell);

  const std::unique_ptr<Cell[]> memory_;
  Cell* const cells_;
};

}  // namespace session::gateway
