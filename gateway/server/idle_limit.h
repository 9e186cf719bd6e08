#pragma once

#include <unordered_set>

#include "core/base/clock.h"
#include "core/base/timer.h"
#include "gateway/transport/connection.h"

namespace session::gateway {

// Ends connections that have idled for as long as their protocol lets them (Codec::idle_limit). One timer
// serves all of a worker. Not thread-safe: belongs to the loop of its executor.
class IdleLimit {
 public:
  // `open`: the worker's connections. It and the clock must outlive this.
  IdleLimit(const Executor& executor, const Clock& clock, const std::unordered_set<Connection*>& open)
      : timer_(executor, clock), clock_(clock), open_(open) {}

  // A connection idles from now on.
  void watch(const Connection& connection);
  // Ends no more connections, and keeps the loop from nothing.
  void stop() { timer_.cancel(); }

 private:
  void check();

  Timer timer_;
  const Clock& clock_;
  const std::unordered_set<Connection*>& open_;
  bool watching_ = false;
};

}  // namespace session::gateway
