#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/store/redis/connection/options.h"
#include "tests/support/redis/redis_server.h"

namespace session::test {

struct SentinelSetup {
  std::vector<std::string> options = {};  // of the master and of the replica
  std::string password = {};              // of the same
  std::string sentinel_password = {};
};

// A master with one replica, and three sentinels that watch over them, two of which agree on a failover. It
// is ready when it is made: all know each other. A failover takes some two seconds from when the master is
// gone.
class SentinelGroup {
 public:
  static constexpr const char* kName = "the-master";  // what the sentinels call it

  explicit SentinelGroup(SentinelSetup setup = {});

  // The current master and replica, as the sentinels report; both may be down.
  RedisServer& master();
  RedisServer& replica();
  // Those that have these roles at first, 0: master, 1: replica.
  RedisServer& server(std::size_t i) { return *topology_.at(i); }
  RedisServer& sentinel(std::size_t i) { return *sentinels_.at(i); }
  [[nodiscard]] std::vector<RedisAddress> sentinel_addresses() const;

  // What the first sentinel that runs says.
  RedisAddress current_master();

  // Kills the master and returns when every sentinel that runs names the other one, and that one takes
  // writes.
  void kill_master();
  // The same, without a fault: the master lives on, and becomes the other one's replica.
  void fail_over();
  // Until `replica()` runs as the master's replica and has all it has: after a start of what was killed.
  void wait_for_replica();

 private:
  void start_servers(const SentinelSetup& setup);
  void start_sentinels(const SentinelSetup& setup);
  void look_around_every(const std::string& publish, const std::string& info);
  bool complete(RedisServer& sentinel);
  bool names(RedisServer& sentinel, const RedisServer& master);
  void wait_for_master(RedisServer& expected);

  std::vector<std::unique_ptr<RedisServer>> topology_;
  std::vector<std::unique_ptr<RedisServer>> sentinels_;
};

}  // namespace session::test
