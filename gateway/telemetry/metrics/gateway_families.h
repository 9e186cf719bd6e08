#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/cache_budget.h"
#include "gateway/telemetry/metrics/families.h"

namespace session::gateway {

// What is known of the configuration in use.
struct ConfigReport {
  std::uint64_t generation = 1;  // 1 is what the process was started with
  bool last_reload_successful = true;
  std::int64_t last_reload_unix = 0;
};

void add_gateway_families(Families& families, std::size_t workers, const ConfigReport& config,
                          std::uint64_t lost_lines);
// How much the caches of all workers hold. `budget` may be null, before there are any.
void add_cache_families(Families& families, const CacheBudget* budget);
// What every program with Prometheus metrics tells of its process, under the names that they all use.
void add_process_families(Families& families);

}  // namespace session::gateway
