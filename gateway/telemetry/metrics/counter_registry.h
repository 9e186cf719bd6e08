#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "gateway/telemetry/metrics/thread_counters.h"

namespace session::gateway {

// The tallies of a process's workers: made as threads ask for one, and kept when these end, so that no sum
// ever goes down. Thread-safe.
class Tallies {
 public:
  // While it lives, its thread counts in a tally of its own; one that a thread has left is used again. Made
  // and destroyed on that thread, one at a time. The tallies outlive it.
  class Seat {
   public:
    explicit Seat(Tallies& tallies);
    ~Seat();
    Seat(const Seat&) = delete;
    Seat& operator=(const Seat&) = delete;

   private:
    Tallies& tallies_;
    Tally* taken_;
  };

  // Where the calling thread counts: its own tally, or without a Seat the one that all such threads of the
  // process share.
  [[nodiscard]] static Tally& here() noexcept;

  // Everything that was counted so far, by threads without a Seat too.
  [[nodiscard]] Sums sum() const;

 private:
  [[nodiscard]] Tally* take();
  void give_back(Tally* tally);

  mutable std::mutex mutex_;  // of the lists, not of the counting
  std::vector<std::unique_ptr<Tally>> all_;
  std::vector<Tally*> free_;
};

}  // namespace session::gateway
