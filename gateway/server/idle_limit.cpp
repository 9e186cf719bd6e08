#include "gateway/server/idle_limit.h"

#include <algorithm>
#include <optional>

namespace session::gateway {

void IdleLimit::watch(const Connection& connection) {
  const auto limit = connection.idle_limit();
  if (!limit || watching_) return;
  watching_ = true;
  timer_.start(clock_.steady_now() + *limit, [this] { check(); });
}

void IdleLimit::check() {
  watching_ = false;
  const Clock::Steady now = clock_.steady_now();
  std::optional<Clock::Steady> next;
  for (Connection* connection : open_) {
    const auto limit = connection->idle_limit();
    if (!limit || connection->busy_since() || connection->lingers()) continue;
    const Clock::Steady due = connection->idle_since() + *limit;
    if (due <= now) {
      (void)connection->yield();
    } else {
      next = next ? std::min(*next, due) : due;
    }
  }
  if (!next) return;
  watching_ = true;
  timer_.start(*next, [this] { check(); });
}

}  // namespace session::gateway
