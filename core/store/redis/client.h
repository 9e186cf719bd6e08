#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "core/store/redis/judgement.h"
#include "core/store/redis/resp/command.h"
#include "core/store/redis/topology/topology.h"
#include "core/store/store.h"

namespace session {

// The client of a store in one event loop: sends each command to the server that has its key, and is the only
// place that repeats one: when the error reply asks for it, when the server has left the cluster before the
// command was sent, and, if the command is safe to repeat, when the connection was lost. Never past the
// deadline. Not thread-safe.
class RedisClient {
 public:
  RedisClient(const Executor& executor, std::shared_ptr<const RedisSetup> setup);

  // The replies to a command, none of them an error, by `deadline`. `what` names the command for the log.
  // `key` is the caller's until the task ends.
  Task<Result<std::vector<Reply>, CommandError>> call(std::string_view key, std::string_view what,
                                                      Command command, Clock::Steady deadline);

  // The event loop ends.
  void abandon() { topology_->abandon(); }

 private:
  std::shared_ptr<const RedisSetup> setup_;
  std::shared_ptr<Topology> topology_;
};

}  // namespace session
