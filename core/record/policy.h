#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/clock.h"

namespace session {

// How long sessions live and how large they get.
struct Policy {
  seconds idle_timeout = std::chrono::minutes(30);    // ends a session after this time without use
  seconds absolute_timeout = std::chrono::hours(12);  // ends a session at this age, even if it is in use
  seconds touch_every = std::chrono::minutes(1);      // extends an idle session at most this often
  std::size_t max_bytes = 65536;                      // of the stored record

  // The same for sessions without a subject, which every stranger can begin: the smaller value counts.
  struct Anonymous {
    seconds idle_timeout = std::chrono::minutes(30);
    std::size_t max_bytes = 16384;
  };
  Anonymous anonymous = {};

  // How many sessions a subject may have at once.
  struct PerSubject {
    enum class WhenFull {
      end_oldest,  // A login ends the oldest ones.
      refuse,      // A login fails.
    };
    std::size_t count = 0;  // 0: any number
    WhenFull when_full = WhenFull::end_oldest;
  };
  PerSubject max_per_subject = {};

  // Timeouts of sessions whose login has asked for them by name, in place of the two above, and the lifetime
  // of their cookie.
  struct Lifetime {
    seconds idle_timeout = std::chrono::minutes(30);
    seconds absolute_timeout = std::chrono::hours(12);
    std::optional<seconds> cookie = {};  // nullopt: until the browser closes
  };
  std::map<std::string, Lifetime, std::less<>> lifetimes = {};

  // The policy of a session that has a subject, or none.
  [[nodiscard]] Policy of(bool has_subject) const;
  // The policy of a session that has a subject and this lifetime.
  [[nodiscard]] Policy of(const Lifetime& lifetime) const;
  // The age that no session of any lifetime can have.
  [[nodiscard]] seconds longest_absolute_timeout() const;
};

// The size of the largest record that is read. It leaves room above max_bytes, so that a record that another
// program has written, or that was written under a higher max_bytes, can still be used, and made smaller.
[[nodiscard]] constexpr std::size_t max_readable_bytes(const Policy& policy) {
  constexpr std::size_t kMinRoom = std::size_t{64} << 10;
  return policy.max_bytes + (policy.max_bytes < kMinRoom ? kMinRoom : policy.max_bytes);
}

// A time of creation further ahead than this is no time of creation: a clock was wrong.
inline constexpr seconds kClockSkew{60};

// The times that a record itself contains.
struct Age {
  std::optional<seconds> created = {};  // Unix time; nullopt: unknown, so there is no absolute timeout
  // The record's own lifetime; it replaces both timeouts of the policy.
  std::optional<milliseconds> lifetime = {};
  // The record's own end, in Unix time; nothing moves it, and it replaces the lifetime and both timeouts.
  std::optional<milliseconds> end = {};
};

// Whether a record says that it was made in the future, so that its age is not known. Nothing extends such a
// session: otherwise it would have no absolute timeout until then.
[[nodiscard]] bool made_in_the_future(const Age& age, seconds now);

// Returns the time to live of a session that is used now: the idle timeout, or the rest of the absolute
// timeout if that is less. A record's own lifetime or end replaces both. nullopt: the session has expired.
// `now` is Unix time; a session created in the future (by another machine's clock) counts as created now, but
// see made_in_the_future().
[[nodiscard]] std::optional<milliseconds> time_to_live(const Policy& policy, const Age& age, seconds now);

// Whether a session with `time_left` in the store should be extended to `target`: only if that gains at least
// touch_every, so that a busy session costs one touch per touch_every and not one per request. A session
// without an expiry (milliseconds::max()) gets one, unless its format has lifetimes of its own: the program
// that wrote it wants none. One with a short lifetime of its own is extended before it expires, and one with
// an end of its own never is.
[[nodiscard]] bool touch_due(const Policy& policy, const Age& age, milliseconds time_left,
                             milliseconds target);
// For how long touch_due() will say no if nobody else sets the time to live; at most touch_every.
[[nodiscard]] milliseconds time_to_touch(const Policy& policy, const Age& age, milliseconds time_left,
                                         milliseconds target);

}  // namespace session
