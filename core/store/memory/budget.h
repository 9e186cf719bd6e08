#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace session {

// Internal to MemoryStore: how many bytes all shards hold together, and their limit. Thread-safe, lock-free.
class MemoryBudget {
 public:
  explicit MemoryBudget(std::size_t max) : max_(max) {}

  [[nodiscard]] std::size_t max() const noexcept { return max_; }

  // Reserves `more` bytes; returns false and changes nothing if too few are left.
  [[nodiscard]] bool reserve(std::size_t more) noexcept {
    std::size_t now = bytes_.load(std::memory_order_relaxed);
    do {
      if (more > max_ - now) return false;
    } while (!bytes_.compare_exchange_weak(now, now + more, std::memory_order_relaxed));
    return true;
  }
  void release(std::size_t bytes) noexcept { bytes_.fetch_sub(bytes, std::memory_order_relaxed); }

  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_.load(std::memory_order_relaxed); }

  std::atomic<std::size_t> entries = 0;
  std::atomic<std::uint64_t> evictions = 0;
  std::atomic<std::uint64_t> expirations = 0;

 private:
  const std::size_t max_;
  std::atomic<std::size_t> bytes_ = 0;  // never more than max_
};

}  // namespace session
