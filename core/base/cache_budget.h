#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>

namespace session {

// How many bytes the caches of a process may hold together. Thread-safe; outlives the caches.
//
// A cache reserves before it keeps something, and releases what it forgets. If there is no room it forgets
// something of its own. So that a cache which came first does not keep the others out for ever, one that
// holds more than its share gives way while the budget is nearly used up (should_shrink).
class CacheBudget {
 public:
  explicit CacheBudget(std::size_t max) : max_(max) {}
  CacheBudget(const CacheBudget&) = delete;
  CacheBudget& operator=(const CacheBudget&) = delete;

  // Takes that many bytes. False: there is no room for them, and nothing was taken.
  [[nodiscard]] bool reserve(std::size_t bytes) noexcept;
  void release(std::size_t bytes) noexcept { used_.fetch_sub(bytes, std::memory_order_relaxed); }

  // Counts the caches that share it.
  void join() noexcept { caches_.fetch_add(1, std::memory_order_relaxed); }
  void leave() noexcept { caches_.fetch_sub(1, std::memory_order_relaxed); }

  // Whether a cache that holds `held` bytes should forget more than it adds: others may be kept out.
  [[nodiscard]] bool should_shrink(std::size_t held) const noexcept;

  [[nodiscard]] std::size_t used() const noexcept { return used_.load(std::memory_order_relaxed); }
  // How many bytes there is room for at this moment.
  [[nodiscard]] std::size_t free() const noexcept {
    const std::size_t most = max();
    return most - std::min(used(), most);
  }
  [[nodiscard]] std::size_t max() const noexcept { return max_.load(std::memory_order_relaxed); }
  // Holds from now on. A cache of entries that differ in size forgets what is too much as it adds others; a
  // table of fixed size keeps it until it is released.
  void set_max(std::size_t max) noexcept { max_.store(max, std::memory_order_relaxed); }

 private:
  std::atomic<std::size_t> max_;
  std::atomic<std::size_t> used_ = 0;
  std::atomic<std::size_t> caches_ = 0;
};

}  // namespace session
