#pragma once

#include <cstddef>
#include <string>

#include "tests/support/redis/looped_store.h"
#include "tests/support/redis/redis_scripts.h"
#include "tests/support/redis/redis_server.h"

// Stores with a near cache.
namespace session::test {

inline RedisStoreOptions with_cache(const RedisAddress& address,
                                    milliseconds stale_on_outage = milliseconds(0)) {
  RedisStoreOptions options = options_for(address);
  options.near_cache = {std::size_t{16} << 20U, std::chrono::hours(1), stale_on_outage};
  return options;
}

// The same as a user of its own, who may do everything until a test says otherwise.
inline RedisStoreOptions as_gateway(RedisServer& redis, RedisStoreOptions options) {
  redis.tell({"ACL", "SETUSER", "gateway", "on", ">secret", "~*", "&*", "+@all"});
  options.user = "gateway";
  options.password = [] { return Secret("secret"); };
  return options;
}

// Reads an entry until its copy serves.
inline void warm(LoopedStore& store, const std::string& key, std::size_t loop = 0) {
  wait_until("a copy of " + key + " to serve", [&] {
    const auto hits = store.stats().hits;
    (void)store.text(key, loop);
    return store.stats().hits > hits;
  });
}

// A store whose first loop is told of changes by a server of its own.
struct Near {
  explicit Near(std::size_t loops = 1, milliseconds stale_on_outage = milliseconds(0))
      : store(with_cache(redis.unix_address(), stale_on_outage), loops) {
    for (std::size_t loop = 0; loop < loops; ++loop) (void)store.text("none", loop);
    wait_until("all loops to be told of changes",
               [&] { return store.count(RedisEvent::Kind::announced) >= loops; });
  }
  void put(const std::string& key, const std::string& bytes) {
    redis.tell({"SET", "session:" + key, bytes, "PX", "600000"});
  }
  void warm(const std::string& key, std::size_t loop = 0) { test::warm(store, key, loop); }
  void wait_for(const std::string& key, const std::string& text, std::size_t loop = 0) {
    wait_until(key + " to be " + text, [&] { return store.text(key, loop) == text; });
  }
  std::size_t loads() { return std::stoul(calls_of("getrange")); }

  RedisServer redis;
  LoopedStore store;

 private:
  // Of "calls=12,usec=...".
  std::string calls_of(const std::string& command) {
    const std::string stat = redis.info("cmdstat_" + command);
    const auto begin = stat.find('=') + 1;
    return stat.empty() ? "0" : stat.substr(begin, stat.find(',') - begin);
  }
};

}  // namespace session::test
