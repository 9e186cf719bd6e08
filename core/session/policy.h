#pragma once

#include <cstddef>
#include <optional>

#include "core/clock.h"

namespace session {

// How long sessions live and how large they get.
struct Policy {
  seconds idle_timeout = std::chrono::minutes(30);    // ends a session that is not used for so long
  seconds absolute_timeout = std::chrono::hours(12);  // ends a session that is as old as this, however busy
  seconds touch_every = std::chrono::minutes(1);      // extends an idle session at most this often
  std::size_t max_bytes = 65536;                      // of the stored record
};

// The time to live of a session that is used now: the idle timeout, or what is left of the absolute timeout
// if that is less. nullopt: the absolute timeout has passed. `created` and `now` are Unix time; a `created`
// in the future (another machine's clock) counts as now.
[[nodiscard]] std::optional<milliseconds> time_to_live(const Policy& policy, seconds created, seconds now);

// Whether a session with `time_left` in the store should be extended to `target`: only when that gains at
// least touch_every, so that a busy session costs one touch per touch_every and not one per request.
[[nodiscard]] bool touch_due(const Policy& policy, milliseconds time_left, milliseconds target);

}  // namespace session
