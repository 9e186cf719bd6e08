#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "core/store/store.h"

namespace session {

// Internal to MemoryStore: how many bytes all shards hold together, and their limit; and of these, how many
// bytes expendable entries hold, and their share. Thread-safe, lock-free.
class MemoryBudget {
 public:
  explicit MemoryBudget(std::size_t max) : all_(max), expendable_(max / kExpendableShare) {}

  // The most that entries of that kind may hold.
  [[nodiscard]] std::size_t max(Retention retention) const noexcept {
    return retention == Retention::keep ? all_.max : expendable_.max;
  }

  // Reserves `more` bytes; returns false and changes nothing if too few are left.
  [[nodiscard]] bool reserve(std::size_t more, Retention retention) noexcept {
    if (retention == Retention::keep) return all_.reserve(more);
    if (!expendable_.reserve(more)) return false;
    if (all_.reserve(more)) return true;
    expendable_.release(more);
    return false;
  }
  void release(std::size_t bytes, Retention retention) noexcept {
    all_.release(bytes);
    if (retention == Retention::expendable) expendable_.release(bytes);
  }

  // Changes what an entry holds, and its kind; returns false and changes nothing if too few bytes are left.
  [[nodiscard]] bool change(std::size_t before, Retention was, std::size_t after, Retention is) noexcept {
    const std::size_t share = was == Retention::expendable ? before : 0;
    if (is == Retention::keep) {
      if (!all_.change(before, after)) return false;
      expendable_.release(share);
      return true;
    }
    if (!expendable_.change(share, after)) return false;
    if (all_.change(before, after)) return true;
    expendable_.release(after - share);  // It was `after` > `before` that did not fit.
    return false;
  }

  [[nodiscard]] std::size_t bytes() const noexcept { return all_.used.load(std::memory_order_relaxed); }

  std::atomic<std::size_t> entries = 0;
  std::atomic<std::uint64_t> evictions = 0;
  std::atomic<std::uint64_t> expendable_evictions = 0;
  std::atomic<std::uint64_t> expirations = 0;

 private:
  // Expendable entries may hold one part in so many.
  static constexpr std::size_t kExpendableShare = 4;

  struct Account {
    explicit Account(std::size_t most) : max(most) {}
    [[nodiscard]] bool reserve(std::size_t more) noexcept {
      std::size_t now = used.load(std::memory_order_relaxed);
      do {
        if (more > max - now) return false;
      } while (!used.compare_exchange_weak(now, now + more, std::memory_order_relaxed));
      return true;
    }
    void release(std::size_t bytes) noexcept { used.fetch_sub(bytes, std::memory_order_relaxed); }
    [[nodiscard]] bool change(std::size_t before, std::size_t after) noexcept {
      if (after > before) return reserve(after - before);
      release(before - after);
      return true;
    }

    const std::size_t max;
    std::atomic<std::size_t> used = 0;  // never more than max
  };
  Account all_;
  Account expendable_;
};

}  // namespace session
