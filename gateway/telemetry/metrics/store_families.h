#pragma once

#include "gateway/telemetry/metrics/families.h"
#include "gateway/telemetry/metrics/store_report.h"

namespace session::gateway {

// What was counted of the store's commands, and what the store says of itself.
void add_store_families(Families& families, const CounterSnapshot& sums, StoreReport report);

}  // namespace session::gateway
