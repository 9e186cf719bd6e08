#include "gateway/telemetry/metrics/metrics.h"

#include <prometheus/text_serializer.h>

#include "gateway/telemetry/metrics/process.h"
#include "gateway/telemetry/metrics/request_families.h"
#include "gateway/telemetry/metrics/store_families.h"

namespace session::gateway {

// Reads of the process once, while files can be opened for that.
Metrics::Metrics() {
  (void)read_process();
  (void)process_start_seconds();
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
  add_request_families(families, sums);
  add_connection_families(families, sums);
  add_session_families(families, sums);
  add_store_families(families, sums, store_report_());
  const ConfigReport config = [this] {
    const std::lock_guard lock(config_mutex_);
    return config_;
  }();
  add_gateway_families(families, workers_, config, lost_lines_());
  add_process_families(families);
  return families;
}

std::string Metrics::render() const { return prometheus::TextSerializer().Serialize(Collect()); }

}  // namespace session::gateway
