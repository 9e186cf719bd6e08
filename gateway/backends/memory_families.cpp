#include "gateway/backends/memory_families.h"

namespace session::gateway {

void add_memory_families(Families& families, const MemoryStore::Stats& stats, std::size_t max_bytes) {
  gauge(families, "session_gateway_memory_store_sessions", "Entries of the memory store.")
      .value(stats.entries);
  gauge(families, "session_gateway_memory_store_bytes", "Bytes that count against store.memory.max_bytes.")
      .value(stats.bytes);
  gauge(families, "session_gateway_memory_store_max_bytes", "store.memory.max_bytes.").value(max_bytes);
  counter(families, "session_gateway_memory_store_evictions_total",
          "Live sessions with a subject that the memory store dropped because it was full.")
      .value(stats.evictions);
  counter(families, "session_gateway_memory_store_anonymous_evictions_total",
          "Live sessions without a subject that the memory store dropped for lack of room in their share.")
      .value(stats.expendable_evictions);
  counter(families, "session_gateway_memory_store_expirations_total",
          "Entries that the memory store removed after their time.")
      .value(stats.expirations);
}

}  // namespace session::gateway
