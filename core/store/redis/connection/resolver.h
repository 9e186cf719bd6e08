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

// Asks the system's resolver on a thread of Asio's. That can take many seconds, and can't be cancelled, not
// even when the event loop ends.
[[nodiscard]] Task<Endpoints> look_up(RedisAddress address);

// Finds the endpoints of addresses, and keeps those it found last: a name server that hangs or fails must not
// make a Redis server unreachable whose endpoints are known. Not thread-safe: belongs to one event loop and
// one connection, which finds one address at a time. The clock outlives it.
class Resolver : public std::enable_shared_from_this<Resolver> {
 public:
  using LookUp = std::function<Task<Endpoints>(RedisAddress address)>;

  Resolver(const Executor& executor, const Clock& clock, LookUp how = look_up);

  // The endpoints of the address, at least one. If the look-up fails, or half of the time is over, returns
  // the endpoints that were found for the same address before. Returns by `until`; a look-up that is not done
  // goes on, and the next call waits for it instead of beginning another.
  Task<Endpoints> find(RedisAddress address, Clock::Steady until);

 private:
  struct LookingUp {
    LookingUp(const Executor& executor, const Clock& clock, RedisAddress of)
        : done(executor, clock), address(std::move(of)) {}
    Timer done;  // of whoever waits for the end
    RedisAddress address;
    std::optional<Endpoints> found;
  };
  using LookingUpPtr = std::shared_ptr<LookingUp>;

  LookingUpPtr begin(RedisAddress address);
  static Task<void> ask(std::shared_ptr<Resolver> self, LookingUpPtr current);
  void finished(const LookingUpPtr& current);

  Executor executor_;
  const Clock& clock_;
  LookUp look_up_;
  RedisAddress address_;         // whose endpoints are known, or looked up
  std::vector<Endpoint> known_;  // as the last look-up that did not fail found them
  LookingUpPtr current_;         // nullptr: nothing is being looked up
};

}  // namespace session
