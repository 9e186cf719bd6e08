#pragma once

#include <vector>

#include "gateway/config/reader.h"
#include "gateway/config/redis_url.h"
#include "gateway/config/settings.h"

namespace session::gateway {

// A server that url or urls names, and its field in the file.
struct RedisServer {
  Field field;
  RedisUrl url;
};

// The part of store.redis that is not in Settings::redis.
struct RedisRead {
  std::vector<RedisServer> servers;  // the valid ones; the default server if the file names none
  RedisTls tls;
};

// Reports contradictions within store.redis and with other settings, and warns about risks. Ignores keys that
// already have a problem.
void check_redis(Section& section, const RedisRead& read, const Settings& settings);

}  // namespace session::gateway
