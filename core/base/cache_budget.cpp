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

bool CacheBudget::should_shrink(std::size_t held) const noexcept {
  const std::size_t max = max_.load(std::memory_order_relaxed);
  const std::size_t share = max / std::max<std::size_t>(caches_.load(std::memory_order_relaxed), 1);
  return held > share && used_.load(std::memory_order_relaxed) >= max - max / 8;
}

}  // namespace session
