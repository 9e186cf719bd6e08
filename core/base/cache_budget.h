#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>

namespace session {

// How many bytes the caches of a process may hold together. Thread-safe; outlives the caches.
//
// A cache reserves before it keeps something, and releases what it forgets. If there is no room it forgets
// something of its own. So that a cache which came first does not keep the others out for ever, one that
// holds more than its share gives way while the budget is nearly used up (should_shrink). Its share is that
// of its weight among those that have joined.
class CacheBudget {
 public:
  explicit CacheBudget(std::size_t max) : max_(max) {}
  CacheBudget(const CacheBudget&) = delete;
  CacheBudget& operator=(const CacheBudget&) = delete;

  // Takes that many bytes. False: there is no room for them, and nothing was taken.
  [[nodiscard]] bool reserve(std::size_t bytes) noexcept;
  void release(std::size_t bytes) noexcept { used_.fetch_sub(bytes, std::memory_order_relaxed); }

  // A cache that is in use counts for the others' shares.
  void join(std::size_t weight) noexcept { weights_.fetch_add(weight, std::memory_order_relaxed); }
  void leave(std::size_t weight) noexcept { weights_.fetch_sub(weight, std::memory_order_relaxed); }

  // Whether a cache of that weight which holds `held` bytes should forget more than it adds: others may be
  // kept out. REQUIRES: weight > 0.
  [[nodiscard]] bool should_shrink(std::size_t held, std::size_t weight) const noexcept;
  // Whether there is room for that many bytes at this moment, or once a cache has forgotten `own` of its
  // bytes.
  [[nodiscard]] bool fits(std::size_t bytes, std::size_t own = 0) const noexcept {
    const std::size_t most = max();
    const std::size_t now = used();
    return bytes <= most && now - std::min(own, now) <= most - bytes;
  }

  [[nodiscard]] std::size_t used() const noexcept { return used_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::size_t max() const noexcept { return max_.load(std::memory_order_relaxed); }
  // Whether caches hold more than they may, because it has been lowered.
  [[nodiscard]] bool is_exceeded() const noexcept { return used() > max(); }
  // Holds from now on. Caches give up what is too much when they are next given something to keep.
  void set_max(std::size_t max) noexcept { max_.store(max, std::memory_order_relaxed); }

 private:
  std::atomic<std::size_t> max_;
  std::atomic<std::size_t> used_ = 0;
  std::atomic<std::size_t> weights_ = 0;
};

}  // namespace session
