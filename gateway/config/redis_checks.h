#pragma once

#include <vector>

#include "gateway/config/reader.h"
#include "gateway/config/redis_url.h"
#include "gateway/config/settings.h"

namespace session::gateway {

// A server that url or urls names, and where in the file it stands.
struct RedisServer {
  Field field;
  RedisUrl url;
};

// What store.redis holds in a form of its own; the rest is in Settings::redis.
struct RedisRead {
  std::vector<RedisServer> servers;  // the ones that could be read; the default one if the file names none
  RedisTls tls;
};

// Reports what contradicts itself or other settings, and warns of what is risky. A key that has a problem
// already is compared with nothing.
void check_redis(Section& section, const RedisRead& read, const Settings& settings);

}  // namespace session::gateway
