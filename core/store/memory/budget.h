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

    const std::size_t max;
    std::atomic<std::size_t> used = 0;  // never more than max
  };
  Account all_;
  Account expendable_;
};

}  // namespace session
