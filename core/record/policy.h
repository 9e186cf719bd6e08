#pragma once

#include <cstddef>
#include <optional>

#include "core/base/clock.h"

namespace session {

// How long sessions live and how large they get.
struct Policy {
  seconds idle_timeout = std::chrono::minutes(30);    // ends a session that is not used for so long
  seconds absolute_timeout = std::chrono::hours(12);  // ends a session that is as old as this, however busy
  seconds touch_every = std::chrono::minutes(1);      // extends an idle session at most this often
  std::size_t max_bytes = 65536;                      // of the stored record
};

// What a record says of its own time.
struct Age {
  std::optional<seconds> created = {};        // Unix time; nullopt: not known, and no absolute timeout
  std::optional<milliseconds> lifetime = {};  // its own rule, which then counts instead of the policy
};

// The time to live of a session that is used now: the idle timeout, or what is left of the absolute timeout
// if that is less; or what the record's own rule says. nullopt: it is over. `now` is Unix time; a session
// created in the future (another machine's clock) counts as created now.
[[nodiscard]] std::optional<milliseconds> time_to_live(const Policy& policy, const Age& age, seconds now);

// Whether a session with `time_left` in the store should be extended to `target`: only when that gains at
// least touch_every, so that a busy session costs one touch per touch_every and not one per request. A
// session without an end (milliseconds::max()) is given one; one with a short life of its own is extended in
// time.
[[nodiscard]] bool touch_due(const Policy& policy, const Age& age, milliseconds time_left,
                             milliseconds target);

}  // namespace session
