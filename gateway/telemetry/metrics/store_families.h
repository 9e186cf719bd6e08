#pragma once

#include "gateway/telemetry/metrics/families.h"
#include "gateway/telemetry/metrics/store_report.h"

namespace session::gateway {

// What the tallies and the store itself tell of the store.
void add_store_families(Families& families, const CounterSnapshot& sums, const StoreReport& report);

}  // namespace session::gateway
