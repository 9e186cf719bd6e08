#pragma once

#include <span>
#include <string>

#include "gateway/telemetry/metrics/families.h"

namespace session::gateway {

// What was counted of requests, connections and sessions. `endpoints`: the names, by EndpointId.
void add_request_families(Families& families, const CounterSnapshot& sums,
                          std::span<const std::string> endpoints);
void add_connection_families(Families& families, const CounterSnapshot& sums);
// What requests did to sessions. What a store did by itself is in store_families.h.
void add_session_families(Families& families, const CounterSnapshot& sums);

}  // namespace session::gateway
