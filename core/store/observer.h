#pragma once

#include <type_traits>

#include "core/base/clock.h"

namespace session {

struct StoreFailure;

// The functions of the Store seam, by name.
enum class StoreCommand { load, create, replace, touch, erase, erase_if };
inline constexpr std::size_t kStoreCommands = 6;

// Is told of every command that a store has done, or could not do: for metrics. Part of a store's options, or
// given to `observed_by` of a store.
//
// Called on the thread that asked, right before the answer, so it must cost next to nothing. It must be
// thread-safe if several threads ask through the same store object. Outlives that object. Commands that end
// with their event loop, unanswered, are not reported.
class StoreObserver {
 public:
  // `took`: from the call to the answer. `ok`: the store could say, whatever it said; absence is no failure.
  virtual void observe(StoreCommand command, Clock::Steady::duration took, bool ok) noexcept = 0;

 protected:
  ~StoreObserver() = default;
};

// Internal to stores: one command on its way to being told. Without an observer it reads no clock.
class Observed {
 public:
  Observed(StoreObserver* observer, StoreCommand command, const Clock& clock = system_clock())
      : Observed(observer, command, observer == nullptr ? Clock::Steady() : clock.steady_now(), clock) {}
  // For a store that knows already when it was called.
  Observed(StoreObserver* observer, StoreCommand command, Clock::Steady begun,
           const Clock& clock = system_clock())
      : observer_(observer), clock_(clock), begun_(begun), command_(command) {}

  // Tells, and hands the answer on. Anything but a StoreFailure is a success.
  template <class T>
  [[nodiscard]] T told(T answer) const {
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
