#pragma once

#include <cstddef>

#include "core/store/durable/durable_store.h"
#include "core/store/memory/memory_store.h"
#include "gateway/telemetry/metrics/families.h"

namespace session::gateway {

// Adds the metrics that only the memory store has.
void add_memory_families(Families& families, const MemoryStore::Stats& stats, std::size_t max_bytes);
// Adds those of its file.
void add_memory_file_families(Families& families, const DurableStore::Stats& stats);

}  // namespace session::gateway
