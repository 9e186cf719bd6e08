#pragma once

#include <cstddef>

#include "core/store/memory/memory_store.h"
#include "gateway/telemetry/metrics/families.h"

namespace session::gateway {

// Adds the metrics that only the memory store has.
void add_memory_families(Families& families, const MemoryStore::Stats& stats, std::size_t max_bytes);

}  // namespace session::gateway
