#pragma once

#include <chrono>

#include "core/session/environment.h"
#include "core/session/session.h"

// Internal to Session: what its source files share.
namespace session {

// The outcome of a write.
using WriteOutcome = Result<void, WriteFailure>;

inline WriteOutcome failed(WriteFailure::Kind kind) { return WriteFailure(kind); }
inline WriteOutcome failed(const StoreFailure& failure) { return WriteFailure(failure); }

inline StoreFailure contended() {
  return StoreFailure(StoreFailure::Kind::contended, "others kept changing the session until the deadline");
}

// The deadline for a write that loses a compare-and-set and is repeated.
class Session::Attempts {
 public:
  explicit Attempts(const SessionEnvironment& environment)
      : clock_(environment.clock), until_(clock_.steady_now() + environment.write_deadline) {}
  [[nodiscard]] bool over() const { return clock_.steady_now() >= until_; }
  [[nodiscard]] milliseconds left() const {
    return std::chrono::duration_cast<milliseconds>(until_ - clock_.steady_now());
  }

 private:
  const Clock& clock_;
  Clock::Steady until_;
};

// The result of replacing the record of the old id.
struct Session::OldId {
  enum class How {
    done,
    changed,    // the store held another version than the one that was read
    unchanged,  // the store failed, and the record was not changed
    unknown,    // the store failed, and what it holds is not known
  };
  How how;
  StoreFailure failure = {};  // if the store failed
};

}  // namespace session
