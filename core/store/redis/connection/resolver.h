#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include <boost/asio/generic/stream_protocol.hpp>

#include "core/base/await.h"
#include "core/base/clock.h"
#include "core/base/task.h"
#include "core/base/timer.h"
#include "core/store/redis/connection/transport.h"

namespace session {

using Endpoint = boost::asio::generic::stream_protocol::endpoint;
using Endpoints = Result<std::vector<Endpoint>, ConnectError>;

// Looks up a name with the system's resolver, on a thread of Asio. That can take many seconds and can't be
// cancelled, not even when the event loop ends.
[[nodiscard]] Task<Endpoints> look_up(RedisAddress address);

// Finds the endpoints of addresses. It keeps the endpoints of the last successful look-up: a Redis server
// must stay reachable while the name server hangs or fails. Not thread-safe: belongs to one event loop and
// one connection, which finds one address at a time. The clock outlives it.
class Resolver : public std::enable_shared_from_this<Resolver> {
 public:
  using LookUp = std::function<Task<Endpoints>(RedisAddress address)>;

  Resolver(const Executor& executor, const Clock& clock, LookUp how = look_up);

  // Returns the endpoints of the address, at least one, by `until`. If the look-up fails or takes more than
  // half of the time, returns the endpoints that the last look-up of the same address found. A look-up that
  // is not done goes on, and the next call waits for it instead of starting another.
  Task<Endpoints> find(RedisAddress address, Clock::Steady until);

 private:
  struct LookUpInProgress {
    LookUpInProgress(const Executor& executor, const Clock& clock, RedisAddress of)
        : done(executor, clock), address(std::move(of)) {}
    Timer done;  // cancelled when the look-up ends; the attempt to connect waits on it
    RedisAddress address;
    std::optional<Endpoints> found;
  };
  using LookUpPtr = std::shared_ptr<LookUpInProgress>;

  LookUpPtr begin(RedisAddress address);
  static Task<void> run(std::shared_ptr<Resolver> self, LookUpPtr current);
  void finished(const LookUpPtr& current);

  Executor executor_;
  const Clock& clock_;
  LookUp look_up_;
  RedisAddress address_;              // the address of last_found_ and in_progress_
  std::vector<Endpoint> last_found_;  // the endpoints of the last successful look-up
  LookUpPtr in_progress_;             // nullptr: no look-up is in progress
};

}  // namespace session
