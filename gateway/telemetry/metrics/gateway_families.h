#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/cache_budget.h"
#include "gateway/telemetry/metrics/families.h"

namespace session::gateway {

// The state of the configuration in use.
struct ConfigReport {
  std::uint64_t generation = 1;  // 1: the configuration of the start
  bool last_reload_successful = true;
  std::int64_t last_reload_unix = 0;
};

void add_gateway_families(Families& families, std::size_t workers, const ConfigReport& config,
                          std::uint64_t lost_lines);
// The memory that the caches of all workers use. `budget` may be null, before there are caches.
void add_cache_families(Families& families, const CacheBudget& budget);
// The standard process metrics of Prometheus client libraries, under their standard names.
void add_process_families(Families& families);

}  // namespace session::gateway
