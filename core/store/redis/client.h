#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "core/store/redis/judgement.h"
#include "core/store/redis/resp/command.h"
#include "core/store/redis/topology/topology.h"
#include "core/store/store.h"

namespace session {

// The client of a store in one event loop. It sends each command to the server that has its key, and it is
// the only place that repeats a command: when the error reply calls for it, when the server left the cluster
// before the command was sent, and when the connection was lost and the command is safe to repeat. It starts
// no attempt after the deadline. Not thread-safe.
class RedisClient {
 public:
  RedisClient(const Executor& executor, std::shared_ptr<const RedisSetup> setup);

  // Sends a command and returns its replies by `deadline`; none of them is an error. `what` names the command
  // in the log. `key` must outlive the task. `heard`, if it is given, is set to the hearing
  // (Announcements) that the connection had from the question to the answer; nullptr: none, or not all the
  // time.
  Task<Result<std::vector<Reply>, CommandError>> call(std::string_view key, std::string_view what,
                                                      Command command, Clock::Steady deadline,
                                                      std::shared_ptr<const Hearing>* heard = nullptr);

  // The connections to all servers that have keys (Topology::servers).
  Task<Result<std::vector<Topology::ConnectionPtr>, StoreFailure>> servers(Clock::Steady deadline);
  [[nodiscard]] std::string layout() const { return topology_->layout(); }
  // Asks the servers which of them has which keys, and returns when layout() is as they say.
  Task<Result<void, StoreFailure>> refresh(Clock::Steady deadline);
  // Sends a command that concerns no key to one server, once. After a failure the topology asks the servers
  // for their roles again, as after that of a call().
  Task<Result<std::vector<Reply>, StoreFailure>> ask(Topology::ConnectionPtr server, std::string_view what,
                                                     Command command, Clock::Steady deadline);

  // Releases all commands without a result, because the event loop ends.
  void abandon() { topology_->abandon(); }

 private:
  std::shared_ptr<const RedisSetup> setup_;
  std::shared_ptr<Topology> topology_;
};

}  // namespace session
