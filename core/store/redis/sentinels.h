#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/store/redis/servers.h"

namespace session {

// Asks Redis Sentinel where the master is (Redis' "Guidelines for Redis clients with support for Sentinel").
// One per event loop, used on its thread only.
class Sentinels {
 public:
  Sentinels(const Executor& executor, std::shared_ptr<const RedisSetup> setup);

  // What the first sentinel says that answers, beginning with the one that did last time. Returns by `until`.
  // Error: none knows of a master.
  Task<Result<RedisAddress, Broken>> master(Clock::Steady until);

  void abandon();

 private:
  Task<Result<RedisAddress, Broken>> ask(Clock::Steady until);
  void use(std::size_t which);

  Executor executor_;
  std::shared_ptr<const RedisSetup> setup_;
  std::size_t current_ = 0;     // the sentinel that is asked first
  std::shared_ptr<Link> link_;  // to that one; kept while it answers
};

// The master in a sentinel's reply: host and port. Error: why there is none.
[[nodiscard]] Result<RedisAddress, Broken> read_master(const Reply& reply);

}  // namespace session
