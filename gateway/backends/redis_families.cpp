#include "gateway/backends/redis_families.h"

namespace session::gateway {

void add_redis_families(Families& families, const RedisReport& redis) {
  gauge(families, "session_gateway_store_connections", "The workers' connections to Redis, by state.")
      .value(redis.up, {{"state", "up"}})
      .value(redis.connecting, {{"state", "connecting"}})
      .value(redis.down, {{"state", "down"}});
  counter(families, "session_gateway_store_reconnects_total",
          "Connections to Redis that were made again after they had been lost, or could not be made.")
      .value(redis.reconnects);
  counter(families, "session_gateway_store_outages_total",
          "Times that a worker's connection to Redis was given up for down, so that commands failed at once.")
      .value(redis.outages);
  counter(families, "session_gateway_store_failovers_total",
          "Times that another Redis became the master that is used.")
      .value(redis.failovers);
  counter(families, "session_gateway_store_too_large_total",
          "Records in Redis that were not read because they are much larger than session.max_bytes.")
      .value(redis.too_large);
}

void add_near_cache_families(Families& families, const NearCache::Stats& stats) {
  counter(families, "session_gateway_near_cache_lookups_total",
          "Checks that looked for a copy of a session, by what they found.")
      .value(stats.hits, {{"result", "hit"}})
      .value(stats.misses, {{"result", "miss"}})
      .value(stats.stale, {{"result", "stale"}});
  counter(families, "session_gateway_near_cache_announcements_total",
          "Changes of single keys that Redis has announced.")
      .value(stats.announcements);
  counter(families, "session_gateway_near_cache_flushes_total",
          "Times that all copies were given up, because announcements may have been missed.")
      .value(stats.flushes);
  gauge(families, "session_gateway_near_cache_entries", "Copies of sessions.").value(stats.entries);
  gauge(families, "session_gateway_near_cache_bytes", "Memory of these copies.").value(stats.bytes);
  gauge(families, "session_gateway_near_cache_oldest_hit_seconds",
        "The age of the oldest copy that was used since the start, but during outages.")
      .value(std::chrono::duration<double>(stats.oldest_hit).count());
}

}  // namespace session::gateway
