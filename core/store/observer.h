#pragma once

#include <type_traits>

#include "core/base/clock.h"

namespace session {

struct StoreFailure;

// The functions of the Store seam, by name.
enum class StoreCommand { load, create, replace, touch, erase, erase_if, owned, own, disown, keys };
inline constexpr std::size_t kStoreCommands = 10;

// Receives a report of every command of a store, done or failed, for metrics. Set in a store's options, or by
// `observed_by` of a store.
//
// Called on the caller's thread right before the store returns, so it must be fast. It must be thread-safe if
// several threads use the same store object, and it must outlive that object. Commands that are abandoned at
// the end of their event loop are not reported.
class StoreObserver {
 public:
  // `took` is the time from the call to the result. `ok` is false for a StoreFailure only: an absent session
  // is no failure.
  virtual void observe(StoreCommand command, Clock::Steady::duration took, bool ok) noexcept = 0;

 protected:
  ~StoreObserver() = default;
};

// Internal to stores: measures one command and reports it. Without an observer it reads no clock.
class Observed {
 public:
  Observed(StoreObserver* observer, StoreCommand command, const Clock& clock = system_clock())
      : Observed(observer, command, observer == nullptr ? Clock::Steady() : clock.steady_now(), clock) {}
  // For a store that has already read the clock.
  Observed(StoreObserver* observer, StoreCommand command, Clock::Steady begun,
           const Clock& clock = system_clock())
      : observer_(observer), clock_(clock), begun_(begun), command_(command) {}

  // Reports the result to the observer, and returns it. Every type but StoreFailure is a success.
  template <class T>
  [[nodiscard]] T reported(T answer) const {
    if (observer_ != nullptr)
      observer_->observe(command_, clock_.steady_now() - begun_, !std::is_same_v<T, StoreFailure>);
    return answer;
  }

 private:
  StoreObserver* observer_;
  const Clock& clock_;
  Clock::Steady begun_;
  StoreCommand command_;
};

}  // namespace session
