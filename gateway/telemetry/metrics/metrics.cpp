#include "gateway/telemetry/metrics/metrics.h"

#include <prometheus/text_serializer.h>

#include <algorithm>
#include <stdexcept>

#include "gateway/telemetry/metrics/process.h"
#include "gateway/telemetry/metrics/request_families.h"
#include "gateway/telemetry/metrics/request_labels.h"
#include "gateway/telemetry/metrics/store_families.h"

namespace session::gateway {

// Reads the process figures once, because that opens files, which may be impossible later.
Metrics::Metrics() : endpoints_{std::string(kNoEndpoint)}, counters_(layout::size(endpoints_.size())) {
  (void)read_process();
  (void)process_start_seconds();
}

EndpointId Metrics::register_endpoint(std::string_view name) {
  if (std::find(endpoints_.begin(), endpoints_.end(), name) != endpoints_.end())
    throw std::logic_error("two endpoints have the name " + std::string(name));
  counters_.set_slots(layout::size(endpoints_.size() + 1));
  endpoints_.emplace_back(name);
  return static_cast<EndpointId>(endpoints_.size() - 1);
}

void Metrics::config_reloaded(bool successful, std::uint64_t generation, seconds unix_now) {
  const std::lock_guard lock(config_mutex_);
  config_.generation = generation;
  config_.last_reload_successful = successful;
  config_.last_reload_unix = unix_now.count();
}

std::vector<prometheus::MetricFamily> Metrics::Collect() const {
  const CounterSnapshot sums = counters_.sum();
  Families families;
  add_request_families(families, sums, endpoints_);
  add_connection_families(families, sums);
  add_session_families(families, sums);
  add_store_families(families, sums, store_report_());
  const ConfigReport config = [this] {
    const std::lock_guard lock(config_mutex_);
    return config_;
  }();
  add_gateway_families(families, workers_, config, lost_lines_());
  add_cache_families(families, *cache_budget_);
  add_process_families(families);
  return families;
}

SessionTotals Metrics::session_totals() const {
  const CounterSnapshot sums = counters_.sum();
  const auto sum = [&](Count what) { return sums[layout::of(what)]; };
  return {sum(Count::session_new),       sum(Count::session_moved),       sum(Count::session_imported),
          sum(Count::session_destroyed), sum(Count::session_ended_limit), sum(Count::session_ended_admin),
          store_report_().ended};
}

std::string Metrics::render() const { return prometheus::TextSerializer().Serialize(Collect()); }

}  // namespace session::gateway
