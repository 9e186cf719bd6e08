#pragma once

namespace session {

// Decides which misses of a cache without room for more are admitted: one in eight.
//
// When the working set exceeds the capacity, admitting every miss thrashes: an eviction costs as much as the
// miss it follows. So one miss in eight is admitted; an entry that is asked for often is admitted soon all
// the same. Not thread-safe.
class AdmissionPolicy {
 public:
  // Whether to admit this miss. Counts it.
  [[nodiscard]] bool admit_next() noexcept { return ++met_ % kOneIn == 0; }

  static constexpr unsigned kOneIn = 8;

 private:
  unsigned met_ = 0;
};

}  // namespace session
