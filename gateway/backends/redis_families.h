#pragma once

#include "gateway/backends/store_health.h"
#include "gateway/telemetry/metrics/families.h"

namespace session::gateway {

// Adds the metrics that only Redis has.
void add_redis_families(Families& families, const RedisReport& redis);

}  // namespace session::gateway
