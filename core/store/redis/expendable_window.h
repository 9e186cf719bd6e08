#pragma once

#include <cstddef>
#include <map>
#include <mutex>

#include "core/base/clock.h"

namespace session {

// Bounds the bytes of expendable entries that this process has written to a store that can't bound them
// itself. It counts what is written until the time to live that it was written with has passed: entries that
// are erased before count on, and entries that are extended don't, so it is an estimate.
//
// Thread-safe: it has a lock, which is taken for writes of expendable entries only.
class ExpendableWindow {
 public:
  // The clock must outlive it.
  ExpendableWindow(std::size_t max_bytes, const Clock& clock) : max_bytes_(max_bytes), clock_(clock) {}

  // Counts an entry, or more bytes of one. Returns false, and counts nothing, if the limit would be exceeded.
  [[nodiscard]] bool admit(std::size_t bytes, milliseconds time_to_live);

 private:
  // Entries that end in the same interval share a number.
  static constexpr seconds kInterval{10};
  // A longer time to live counts for this long, so that there are not too many intervals.
  static constexpr milliseconds kLongest = std::chrono::hours(24);

  const std::size_t max_bytes_;
  const Clock& clock_;
  std::mutex mutex_;
  std::map<Clock::Steady, std::size_t> ending_;  // bytes by the end of the interval in which they end
  std::size_t bytes_ = 0;
};

}  // namespace session
