#include "core/session/policy.h"

#include <algorithm>

namespace session {

std::optional<milliseconds> time_to_live(const Policy& policy, seconds created, seconds now) {
  const seconds age = std::max(seconds(0), now - created);
  const seconds left = std::min(policy.idle_timeout, policy.absolute_timeout - age);
  if (left <= seconds(0)) return std::nullopt;
  return left;
}

bool touch_due(const Policy& policy, milliseconds time_left, milliseconds target) {
  return target - time_left >= policy.touch_every;
}

}  // namespace session
