#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/store/redis/topology/topology.h"

namespace session {

// Asks the sentinels for the address of the master (Redis' "Guidelines for Redis clients with support for
// Sentinel"). Not thread-safe: each event loop has one.
class Sentinels {
 public:
  Sentinels(const Executor& executor, std::shared_ptr<const RedisSetup> setup);

  // Returns, by `until`, the master that the first sentinel to answer reports. Each call starts with another
  // sentinel, because the master that one of them reports may be unreachable or demoted. The error says why
  // no sentinel reported a master.
  Task<Result<RedisAddress, ConnectError>> master(Clock::Steady until);
  // Returns the master that more than half of the answers by `until` report; nullopt: there is no majority or
  // no answer.
  Task<std::optional<RedisAddress>> majority(Clock::Steady until);

  void abandon();

 private:
  Task<Result<RedisAddress, ConnectError>> ask(std::size_t which, Clock::Steady until);
  const std::shared_ptr<RedisConnection>& connection(std::size_t which);

  Executor executor_;
  std::shared_ptr<const RedisSetup> setup_;
  std::size_t first_asked_ = 0;  // the sentinel that the next master() asks first
  // One for each sentinel; nullptr: it was never asked.
  std::vector<std::shared_ptr<RedisConnection>> connections_;
};

// Returns the address that more than half of the elements are equal to; nullopt: there is none.
[[nodiscard]] std::optional<RedisAddress> majority_of(const std::vector<RedisAddress>& named);

// Parses a sentinel's reply: the host and port of the master. The error says why there is none.
[[nodiscard]] Result<RedisAddress, ConnectError> read_master(const Reply& reply);

}  // namespace session
