#include "gateway/telemetry/metrics/store_families.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace session::gateway {
namespace {

constexpr std::array<std::string_view, kStoreCommands> kCommandNames = {
    "load", "create", "replace", "touch", "erase", "erase_if", "owned", "own", "disown", "keys"};

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

// Adds the ended sessions by cause. `expired` and `evicted` are added only if the store reports them.
void add_ended(Families& families, const CounterSnapshot& sums, const StoreReport& report) {
  auto ended = counter(families, "session_gateway_sessions_ended_total",
                       "Sessions that ended, by cause. Redis does not tell of those that it expired.");
  ended.value(number(sums[layout::of(Count::session_destroyed)]), {{"cause", "destroyed"}})
      .value(number(sums[layout::of(Count::session_ended_limit)]), {{"cause", "limit"}})
      .value(number(sums[layout::of(Count::session_ended_admin)]), {{"cause", "admin"}});
  if (!report.ended) return;
  ended.value(number(report.ended->expired), {{"cause", "expired"}});
  ended.value(number(report.ended->evicted), {{"cause", "evicted"}});
}

}  // namespace

void add_store_families(Families& families, const CounterSnapshot& sums, StoreReport report) {
  add_ended(families, sums, report);
  gauge(families, "session_gateway_store_up",
        "1, or 0 while a worker reaches none of the servers that it needs.")
      .value(report.up ? 1 : 0);
  add_commands(families, sums);
  std::move(report.families.begin(), report.families.end(), std::back_inserter(families));
}

}  // namespace session::gateway
