#pragma once

#include "gateway/telemetry/metrics/families.h"
#include "gateway/telemetry/metrics/store_report.h"

namespace session::gateway {

// Adds the metrics of the store's commands, and those that the store reports.
void add_store_families(Families& families, const CounterSnapshot& sums, StoreReport report);

}  // namespace session::gateway
