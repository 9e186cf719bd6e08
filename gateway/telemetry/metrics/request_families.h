#pragma once

#include "gateway/telemetry/metrics/families.h"

namespace session::gateway {

// What the tallies hold of requests, connections and sessions.
void add_request_families(Families& families, const CounterSnapshot& sums);
void add_connection_families(Families& families, const CounterSnapshot& sums);
// What requests did to sessions. What a store did by itself is told beside it (store_families.h).
void add_session_families(Families& families, const CounterSnapshot& sums);

}  // namespace session::gateway
