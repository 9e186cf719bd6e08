#include "core/store/redis/expendable_window.h"

#include <algorithm>

namespace session {

bool ExpendableWindow::admit(std::size_t bytes, milliseconds time_to_live) {
  const Clock::Steady now = clock_.steady_now();
  const std::lock_guard lock(mutex_);
  while (!ending_.empty() && ending_.begin()->first <= now) {
    bytes_ -= ending_.begin()->second;
    ending_.erase(ending_.begin());
  }
  if (bytes > max_bytes_ - bytes_) return false;
  const auto end = now.time_since_epoch() + std::min(time_to_live, kLongest);
  ending_[Clock::Steady(std::chrono::ceil<seconds>(end / kInterval.count()) * kInterval.count())] += bytes;
  bytes_ += bytes;
  return true;
}

}  // namespace session
