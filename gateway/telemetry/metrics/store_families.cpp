#include "gateway/telemetry/metrics/store_families.h"

#include <array>

namespace session::gateway {
namespace {

constexpr std::array<std::string_view, kStoreCommands> kCommandNames = {"load",  "create", "replace",
                                                                        "touch", "erase",  "erase_if"};

template <class Number>
double number(Number value) {
  return static_cast<double>(value);
}

void add_commands(Families& families, const CounterSnapshot& sums) {
  auto durations = histogram(families, "session_gateway_store_command_duration_seconds",
                             "Time that the store took for an answer, or to fail, by command.");
  for (std::size_t i = 0; i < kStoreCommands; ++i) {
    const auto command = static_cast<StoreCommand>(i);
    durations.duration(sums, layout::store_time(command, true),
                       {{"command", kCommandNames[i]}, {"outcome", "ok"}});
    durations.duration(sums, layout::store_time(command, false),
                       {{"command", kCommandNames[i]}, {"outcome", "failed"}});
  }
}

void add_memory(Families& families, const MemoryStore::Stats& stats, std::size_t max_bytes) {
  gauge(families, "session_gateway_memory_store_sessions", "Entries of the memory store.")
      .value(number(stats.entries));
  gauge(families, "session_gateway_memory_store_bytes", "Bytes that count against store.memory.max_bytes.")
      .value(number(stats.bytes));
  gauge(families, "session_gateway_memory_store_max_bytes", "store.memory.max_bytes.")
      .value(number(max_bytes));
  counter(families, "session_gateway_memory_store_evictions_total",
          "Live entries that the memory store dropped because it was full.")
      .value(number(stats.evictions));
  counter(families, "session_gateway_memory_store_expirations_total",
          "Entries that the memory store removed after their time.")
      .value(number(stats.expirations));
}

void add_redis(Families& families, const RedisReport& redis) {
  gauge(families, "session_gateway_store_connections", "The workers' connections to Redis, by state.")
      .value(number(redis.up), {{"state", "up"}})
      .value(number(redis.connecting), {{"state", "connecting"}})
      .value(number(redis.down), {{"state", "down"}});
  counter(families, "session_gateway_store_reconnects_total",
          "Connections to Redis that were made again after they had been lost, or could not be made.")
      .value(number(redis.reconnects));
  counter(families, "session_gateway_store_outages_total",
          "Times that a worker's connection to Redis was given up for down, so that commands failed at once.")
      .value(number(redis.outages));
  counter(families, "session_gateway_store_failovers_total",
          "Times that another Redis became the master that is used.")
      .value(number(redis.failovers));
}

// Redis ends sessions by itself without a word, so that is known of the memory store only.
void add_ended(Families& families, const CounterSnapshot& sums, const StoreReport& report) {
  auto ended = counter(families, "session_gateway_sessions_ended_total",
                       "Sessions that ended, by cause. Redis does not tell of those that it expired.");
  ended.value(number(sums[layout::of(Count::session_destroyed)]), {{"cause", "destroyed"}});
  if (!report.memory) return;
  ended.value(number(report.memory->expirations), {{"cause", "expired"}});
  ended.value(number(report.memory->evictions), {{"cause", "evicted"}});
}

}  // namespace

void add_store_families(Families& families, const CounterSnapshot& sums, const StoreReport& report) {
  add_ended(families, sums, report);
  gauge(families, "session_gateway_store_up",
        "1, or 0 while a worker reaches none of the servers that it needs.")
      .value(report.up() ? 1 : 0);
  add_commands(families, sums);
  if (report.memory) add_memory(families, *report.memory, report.memory_max_bytes);
  if (report.redis) add_redis(families, *report.redis);
}

}  // namespace session::gateway
