#include "core/store/redis/expendable_window.h"

#include <algorithm>
#include <array>

namespace session {
namespace {

// The end that a store reports is a little off the one that was counted, because both took their time on the
// way. So an entry may count in the interval beside that of its end.
template <class Interval>
std::array<Clock::Steady, 3> intervals_near(Clock::Steady end, Interval interval) {
  return {end, end - interval, end + interval};
}

}  // namespace

bool ExpendableWindow::admit(const Entry& entry) {
  const std::lock_guard lock(mutex_);
  forget_ended();
  if (!has_room(0, entry.bytes)) return false;
  add(entry);
  return true;
}

bool ExpendableWindow::admit_instead(const Entry& former, const Entry& next) {
  const std::lock_guard lock(mutex_);
  forget_ended();
  if (!has_room(counted(former), next.bytes)) return false;
  remove(former);
  add(next);
  return true;
}

bool ExpendableWindow::may_extend(const Entry& entry) {
  const std::lock_guard lock(mutex_);
  forget_ended();
  return has_room(counted(entry), entry.bytes);
}

void ExpendableWindow::count_instead(const Entry& former, const Entry& next) {
  const std::lock_guard lock(mutex_);
  forget_ended();
  remove(former);
  add(next);
}

void ExpendableWindow::forget_ended() {
  const Clock::Steady now = clock_.steady_now();
  while (!ending_.empty() && ending_.begin()->first <= now) {
    bytes_ -= ending_.begin()->second;
    ending_.erase(ending_.begin());
  }
}

// Whether `bytes` have room once `freed` are gone. What takes no more than it frees always has: the limit may
// be exceeded already.
bool ExpendableWindow::has_room(std::size_t freed, std::size_t bytes) const {
  if (bytes <= freed) return true;
  return bytes_ <= max_bytes_ && bytes - freed <= max_bytes_ - bytes_;
}

Clock::Steady ExpendableWindow::interval_of(milliseconds time_left) const {
  const auto end = clock_.steady_now().time_since_epoch() + std::min(time_left, kLongest);
  return Clock::Steady(std::chrono::ceil<seconds>(end / kInterval.count()) * kInterval.count());
}

std::size_t ExpendableWindow::counted(const Entry& entry) const {
  std::size_t found = 0;
  for (const Clock::Steady end : intervals_near(interval_of(entry.time_left), kInterval)) {
    const auto at = ending_.find(end);
    if (at != ending_.end()) found += at->second;
  }
  return std::min(found, entry.bytes);
}

void ExpendableWindow::add(const Entry& entry) {
  if (entry.bytes == 0) return;
  ending_[interval_of(entry.time_left)] += entry.bytes;
  bytes_ += entry.bytes;
}

void ExpendableWindow::remove(const Entry& entry) {
  std::size_t left = entry.bytes;
  for (const Clock::Steady end : intervals_near(interval_of(entry.time_left), kInterval)) {
    const auto at = ending_.find(end);
    if (at == ending_.end()) continue;
    const std::size_t taken = std::min(left, at->second);
    at->second -= taken;
    bytes_ -= taken;
    left -= taken;
    if (at->second == 0) ending_.erase(at);
  }
}

}  // namespace session
