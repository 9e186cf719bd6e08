#include "gateway/backends/memory_families.h"

#include <chrono>

namespace session::gateway {
namespace {

// The part of add_memory_file_families() about changes that are not written yet.
void add_queue_families(Families& families, const DurableStore::Stats& stats) {
  gauge(families, "session_gateway_memory_file_queue_entries",
        "Sessions whose last change is not in the file yet.")
      .value(stats.queue_entries);
  gauge(families, "session_gateway_memory_file_queue_bytes", "Bytes of changes that are not in the file yet.")
      .value(stats.queue_bytes);
  gauge(families, "session_gateway_memory_file_queue_age_seconds",
        "How long the oldest change has been waiting to be written.")
      .value(std::chrono::duration<double>(stats.oldest).count());
  gauge(families, "session_gateway_memory_file_behind",
        "Whether changes were dropped, and the whole file waits to be written anew.")
      .value(stats.behind ? 1 : 0);
}

}  // namespace

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

void add_memory_file_families(Families& families, const DurableStore::Stats& stats) {
  gauge(families, "session_gateway_memory_file_up", "Whether the last write into the file succeeded.")
      .value(stats.state == DurableStore::Stats::State::working ? 1 : 0);
  counter(families, "session_gateway_memory_file_failures_total", "Writes into the file that failed.")
      .value(stats.failures);
  add_queue_families(families, stats);
  counter(families, "session_gateway_memory_file_commits_total", "Batches of changes that were written.")
      .value(stats.batches);
  counter(families, "session_gateway_memory_file_rows_total", "Rows that were written or erased.")
      .value(stats.rows_written);
  counter(families, "session_gateway_memory_file_commit_seconds_total",
          "Time that the batches took, until the disk had them.")
      .value(std::chrono::duration<double>(stats.commit_time).count());
  gauge(families, "session_gateway_memory_file_last_commit_seconds", "The same of the last batch.")
      .value(std::chrono::duration<double>(stats.last_commit_time).count());
  counter(families, "session_gateway_memory_file_rewrites_total",
          "Times that the whole file was written anew because it was behind.")
      .value(stats.rewrites);
  gauge(families, "session_gateway_memory_file_bytes", "Size of the file and of its log.")
      .value(stats.file_bytes);
  gauge(families, "session_gateway_memory_file_loaded_sessions", "Sessions that were read at the start.")
      .value(stats.loaded);
}

}  // namespace session::gateway
