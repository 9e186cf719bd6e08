#pragma once

#include <span>
#include <string>

#include "gateway/telemetry/metrics/families.h"

namespace session::gateway {

// Add the metrics of requests, connections and sessions. `endpoints` has the names, by EndpointId.
void add_request_families(Families& families, const CounterSnapshot& sums,
                          std::span<const std::string> endpoints);
void add_connection_families(Families& families, const CounterSnapshot& sums);
// Adds only what requests did to sessions. store_families.h has the sessions that the store ended.
void add_session_families(Families& families, const CounterSnapshot& sums);

}  // namespace session::gateway
