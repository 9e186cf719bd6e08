#pragma once

#include <cstddef>
#include <map>
#include <mutex>

#include "core/base/clock.h"

namespace session {

// Bounds the bytes of expendable entries that this process keeps in a store that can't bound them itself. It
// knows no entry, only how many bytes end when: an entry counts until its time to live has passed, and one
// that is extended counts until its new end instead. The sum over all processes is at least what is in the
// store, so that they hold at most the sum of their limits there. It can be more: an entry that is erased
// counts on until its end, and one that several processes extend counts in each.
//
// Entries of the time before a restart, and those of other processes, are not known. They count from the
// first time on that this process extends or replaces them.
//
// Thread-safe: it has a lock, which is taken for writes and extensions of expendable entries only.
class ExpendableWindow {
 public:
  struct Entry {
    std::size_t bytes = 0;
    milliseconds time_left{};  // from now; milliseconds::max(): it has no end
  };

  // The clock must outlive it.
  ExpendableWindow(std::size_t max_bytes, const Clock& clock) : max_bytes_(max_bytes), clock_(clock) {}

  // Counts a new entry. Returns false, and counts nothing, if the limit would be exceeded.
  [[nodiscard]] bool admit(const Entry& entry);

  // Counts `next` in place of `former`, which is the same entry before. Returns false, and changes nothing,
  // if the limit would be exceeded. That can't be if `former` counts here and `next` is no larger.
  [[nodiscard]] bool admit_instead(const Entry& former, const Entry& next);

  // Whether an entry may be extended: it counts here, or has room.
  [[nodiscard]] bool may_extend(const Entry& entry);

  // The same as admit_instead(), for what has happened already: it may exceed the limit.
  void count_instead(const Entry& former, const Entry& next);

 private:
  // Entries that end in the same interval share a number.
  static constexpr seconds kInterval{10};
  // A longer time to live counts for this long.
  static constexpr milliseconds kLongest = std::chrono::hours(24 * 400);

  using Ending = std::map<Clock::Steady, std::size_t>;

  // These need the lock.
  void forget_ended();
  [[nodiscard]] bool has_room(std::size_t freed, std::size_t bytes) const;
  [[nodiscard]] Clock::Steady interval_of(milliseconds time_left) const;
  [[nodiscard]] std::size_t counted(const Entry& entry) const;
  void add(const Entry& entry);
  void remove(const Entry& entry);

  const std::size_t max_bytes_;
  const Clock& clock_;
  std::mutex mutex_;
  Ending ending_;  // bytes by the end of the interval in which they end
  std::size_t bytes_ = 0;
};

}  // namespace session
