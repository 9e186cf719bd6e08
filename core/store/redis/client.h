#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "core/store/redis/resp/command.h"
#include "core/store/redis/topology/topology.h"
#include "core/store/store.h"

namespace session {

// Why a command was not done, for the store to branch on.
struct CommandError {
  CommandError() = default;
  explicit CommandError(StoreFailure f, ServerError::Reaction r = ServerError::Reaction::fail)
      : failure(std::move(f)), reaction(r) {}
  StoreFailure failure;
  ServerError::Reaction reaction =
      ServerError::Reaction::fail;  // script and foreign are the store's to handle
};

// A store's voice in one event loop: sends each command to the server that has its key, and the one place
// that sends it again: if the server's error reply says so, if the server has left the cluster and the
// command was not sent, and, of what does no harm twice, if the connection was lost. Never past the deadline.
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
  std::shared_ptr<Topology> topology_;
};

}  // namespace session
