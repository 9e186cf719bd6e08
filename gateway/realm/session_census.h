#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include "core/base/clock.h"
#include "core/base/task.h"
#include "core/session/session_directory.h"

namespace session::gateway {

// How many sessions lived, by whether they had a subject, and when that was counted (Unix time).
struct SessionCount {
  std::size_t with_subject = 0;
  std::size_t without_subject = 0;
  seconds counted{};
  milliseconds took{};
};

// The last count of all sessions of the store. No store knows it, so somebody reads the whole store: one
// worker at a time, for all of them. Thread-safe.
class SessionCensus {
 public:
  // Whether the caller is to count now, and then to call finish(): nobody counts, and the last count is as
  // old as `max_age`, and ten times as old as it took, so that counting is never all that a worker does.
  [[nodiscard]] bool begin(Clock::Steady now, milliseconds max_age);
  // nullopt: the count could not be finished, so the last one stays. `failed`: because the store did not
  // answer.
  void finish(const std::optional<SessionCount>& count, Clock::Steady now, bool failed);

  [[nodiscard]] std::optional<SessionCount> last() const;
  [[nodiscard]] bool counting() const;
  // Whether the store did not answer when it was counted last.
  [[nodiscard]] bool failed() const;

 private:
  mutable std::mutex mutex_;
  bool counting_ = false;
  bool failed_ = false;
  std::optional<SessionCount> last_;
  Clock::Steady finished_{};  // when last_ was
};

// How to count.
struct CensusTerms {
  std::function<bool()> stopping;  // the process ends: the count is given up
  bool paced = false;  // read for half of the time only, since the store serves others at the same time
};

// Counts after a begin() that returned true. The directory is used until the task ends.
Task<void> count_sessions(std::shared_ptr<SessionCensus> census, SessionDirectory directory,
                          CensusTerms terms);

}  // namespace session::gateway
