#pragma once

#include <cstddef>
#include <optional>

#include "core/base/clock.h"

namespace session {

// How long sessions live and how large they get.
struct Policy {
  seconds idle_timeout = std::chrono::minutes(30);    // ends a session after this time without use
  seconds absolute_timeout = std::chrono::hours(12);  // ends a session at this age, even if it is in use
  seconds touch_every = std::chrono::minutes(1);      // extends an idle session at most this often
  std::size_t max_bytes = 65536;                      // of the stored record
};

// The size of the largest record that is read. It leaves room above max_bytes, so that a record that another
// program has written, or that was written under a higher max_bytes, can still be used, and made smaller.
[[nodiscard]] constexpr std::size_t max_readable_bytes(const Policy& policy) {
  constexpr std::size_t kMinRoom = std::size_t{64} << 10;
  return policy.max_bytes + (policy.max_bytes < kMinRoom ? kMinRoom : policy.max_bytes);
}

// The times that a record itself contains.
struct Age {
  std::optional<seconds> created = {};  // Unix time; nullopt: unknown, so there is no absolute timeout
  // The record's own lifetime; it replaces both timeouts of the policy.
  std::optional<milliseconds> lifetime = {};
};

// Returns the time to live of a session that is used now: the idle timeout, or the rest of the absolute
// timeout if that is less. A record's own lifetime replaces both. nullopt: the session has expired. `now` is
// Unix time; a session created in the future (by another machine's clock) counts as created now.
[[nodiscard]] std::optional<milliseconds> time_to_live(const Policy& policy, const Age& age, seconds now);

// Whether a session with `time_left` in the store should be extended to `target`: only if that gains at least
// touch_every, so that a busy session costs one touch per touch_every and not one per request. A session
// without an expiry (milliseconds::max()) gets one, and one with a short lifetime of its own is extended
// before it expires.
[[nodiscard]] bool touch_due(const Policy& policy, const Age& age, milliseconds time_left,
                             milliseconds target);

}  // namespace session
