#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/store/redis/topology/topology.h"

namespace session {

// Asks Redis Sentinel where the master is (Redis' "Guidelines for Redis clients with support for Sentinel").
// One per event loop, used on its thread only.
class Sentinels {
 public:
  Sentinels(const Executor& executor, std::shared_ptr<const RedisSetup> setup);

  // What the first sentinel says that answers, beginning with another one each time: the master that one of
  // them names may be out of reach, or none any more. Returns by `until`. Error: none knows of a master.
  Task<Result<RedisAddress, ConnectError>> master(Clock::Steady until);
  // What most of those say that answer by `until`; nullopt: they don't agree, or none answers.
  Task<std::optional<RedisAddress>> majority(Clock::Steady until);

  void abandon();

 private:
  Task<Result<RedisAddress, ConnectError>> ask(std::size_t which, Clock::Steady until);
  const std::shared_ptr<RedisConnection>& connection(std::size_t which);

  Executor executor_;
  std::shared_ptr<const RedisSetup> setup_;
  std::size_t turn_ = 0;  // the sentinel that is asked first
  std::vector<std::shared_ptr<RedisConnection>>
      connections_;  // one to each sentinel that was asked; nullptr: it never was
};

// What more than half of these are; nullopt: nothing is.
[[nodiscard]] std::optional<RedisAddress> named_by_most(const std::vector<RedisAddress>& named);

// The master in a sentinel's reply: host and port. Error: why there is none.
[[nodiscard]] Result<RedisAddress, ConnectError> read_master(const Reply& reply);

}  // namespace session
