#include "core/record/policy.h"

#include <algorithm>

namespace session {

std::optional<milliseconds> time_to_live(const Policy& policy, const Age& age, seconds now) {
  if (age.lifetime) return *age.lifetime > milliseconds(0) ? age.lifetime : std::nullopt;
  if (!age.created) return policy.idle_timeout;
  const seconds old = std::max(seconds(0), now - *age.created);
  const seconds left = std::min(policy.idle_timeout, policy.absolute_timeout - old);
  if (left <= seconds(0)) return std::nullopt;
  return left;
}

bool touch_due(const Policy& policy, const Age& age, milliseconds time_left, milliseconds target) {
  if (time_left == milliseconds::max()) return true;
  milliseconds gain = policy.touch_every;
  if (age.lifetime) gain = std::min(gain, *age.lifetime / 4);
  return target - time_left >= gain;
}

}  // namespace session
