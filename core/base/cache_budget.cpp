#include "core/base/cache_budget.h"

#include <algorithm>

namespace session {

bool CacheBudget::reserve(std::size_t bytes) noexcept {
  const std::size_t max = max_.load(std::memory_order_relaxed);
  std::size_t used = used_.load(std::memory_order_relaxed);
  do {
    if (bytes > max || used > max - bytes) return false;
  } while (!used_.compare_exchange_weak(used, used + bytes, std::memory_order_relaxed));
  return true;
}

bool CacheBudget::should_shrink(std::size_t held, std::size_t weight) const noexcept {
  const std::size_t most = max();
  if (used() < most - most / 8) return false;
  const std::size_t weights = std::max(weights_.load(std::memory_order_relaxed), weight);
  return held > most / weights * weight;
}

}  // namespace session
