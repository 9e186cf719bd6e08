#pragma once

#include "core/store/redis/near_cache/near_cache.h"
#include "gateway/backends/store_health.h"
#include "gateway/telemetry/metrics/families.h"

namespace session::gateway {

// Adds the metrics that only Redis has.
void add_redis_families(Families& families, const RedisReport& redis);
// Adds those of its near cache.
void add_near_cache_families(Families& families, const NearCache::Stats& stats);

}  // namespace session::gateway
