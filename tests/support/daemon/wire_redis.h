#pragma once

#include <string>

#include "tests/support/daemon/wire_gateway.h"
#include "tests/support/redis/redis_server.h"

namespace session::gateway::test {

// A gateway with two workers that keeps its sessions in that server. `more`: further keys of store.redis.
[[nodiscard]] inline WireGateway::Setup on(const session::test::RedisServer& redis,
                                           const std::string& more = "deadline: 2s") {
  WireGateway::Setup setup;
  setup.yaml = "workers: 2\nstore: { type: redis, redis: { url: 'unix://" + redis.unix_address().path +
               "', " + more + " } }\n";
  return setup;
}

}  // namespace session::gateway::test
