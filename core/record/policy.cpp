#include "core/record/policy.h"

#include <algorithm>

namespace session {

Policy Policy::of(bool has_subject) const {
  Policy policy = *this;
  if (has_subject) return policy;
  policy.idle_timeout = std::min(idle_timeout, anonymous.idle_timeout);
  policy.touch_every = std::min(touch_every, policy.idle_timeout / 4);
  policy.max_bytes = std::min(max_bytes, anonymous.max_bytes);
  return policy;
}

Policy Policy::of(const Lifetime& lifetime) const {
  Policy policy = *this;
  policy.idle_timeout = lifetime.idle_timeout;
  policy.absolute_timeout = lifetime.absolute_timeout;
  policy.touch_every = std::min(touch_every, policy.idle_timeout / 4);
  return policy;
}

seconds Policy::longest_absolute_timeout() const {
  seconds longest = absolute_timeout;
  for (const auto& [name, lifetime] : lifetimes) longest = std::max(longest, lifetime.absolute_timeout);
  return longest;
}

bool made_in_the_future(const Age& age, seconds now) {
  return age.created && *age.created > now + kClockSkew;
}

std::optional<milliseconds> time_to_live(const Policy& policy, const Age& age, seconds now) {
  if (age.end) {
    const milliseconds left = *age.end - now;
    return left > milliseconds(0) ? std::optional(left) : std::nullopt;
  }
  if (age.lifetime) return *age.lifetime > milliseconds(0) ? age.lifetime : std::nullopt;
  if (!age.created) return policy.idle_timeout;
  const seconds old = std::max(seconds(0), now - *age.created);
  const seconds left = std::min(policy.idle_timeout, policy.absolute_timeout - old);
  if (left <= seconds(0)) return std::nullopt;
  return left;
}

namespace {

// What a touch has to gain.
milliseconds least_gain(const Policy& policy, const Age& age) {
  const milliseconds gain = policy.touch_every;
  return age.lifetime ? std::min(gain, *age.lifetime / 4) : gain;
}

}  // namespace

bool touch_due(const Policy& policy, const Age& age, milliseconds time_left, milliseconds target) {
  if (age.end) return false;
  if (time_left == milliseconds::max()) return !age.lifetime;
  return target - time_left >= least_gain(policy, age);
}

// The target never grows, and the time left passes: what a touch gains grows with the time, or more slowly.
milliseconds time_to_touch(const Policy& policy, const Age& age, milliseconds time_left,
                           milliseconds target) {
  if (touch_due(policy, age, time_left, target)) return milliseconds(0);
  const milliseconds gain = least_gain(policy, age);
  if (age.end || time_left == milliseconds::max()) return gain;
  return gain - std::max(target - time_left, milliseconds(0));
}

}  // namespace session
