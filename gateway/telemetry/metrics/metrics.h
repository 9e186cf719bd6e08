#pragma once

#include <prometheus/collectable.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"
#include "gateway/telemetry/metrics/counter_registry.h"
#include "gateway/telemetry/metrics/gateway_families.h"
#include "gateway/telemetry/metrics/store_report.h"

namespace session::gateway {

// All that the `metrics` endpoint tells: one of these per process, which outlives its workers, its store and
// every configuration, so that counters never go down. docs/monitor.md lists the metrics.
//
// Thread-safe, but for the functions of the first group: these are for the start, before anybody collects.
class Metrics final : public prometheus::Collectable {
 public:
  Metrics();

  // The endpoint's place in the metrics, under the label `endpoint` of that name. Throws std::logic_error if
  // the name is registered already, or if a thread counts already (counters()).
  [[nodiscard]] EndpointId register_endpoint(std::string_view name);
  void register_store(StoreReporter report) { store_report_ = std::move(report); }
  void set_workers(std::size_t workers) { workers_ = workers; }
  // What the caches of all workers count in.
  void set_cache_budget(std::shared_ptr<const CacheBudget> budget) { cache_budget_ = std::move(budget); }
  // Where to ask for the number of lost lines. Called from every thread; must not throw.
  void set_lost_lines(std::function<std::uint64_t()> lost_lines) { lost_lines_ = std::move(lost_lines); }

  // Where threads get their rows.
  [[nodiscard]] CounterRegistry& counters() { return counters_; }

  // A reload has ended, and that generation of the configuration is in use: another one than before, if it
  // was successful.
  void config_reloaded(bool successful, std::uint64_t generation, seconds unix_now);

  [[nodiscard]] std::vector<prometheus::MetricFamily> Collect() const override;
  // All of it in Prometheus' text format 0.0.4.
  [[nodiscard]] std::string render() const;

 private:
  std::vector<std::string> endpoints_;  // by EndpointId
  CounterRegistry counters_;
  std::size_t workers_ = 0;
  std::shared_ptr<const CacheBudget> cache_budget_;
  StoreReporter store_report_ = [] { return StoreReport(); };
  std::function<std::uint64_t()> lost_lines_ = [] { return std::uint64_t{0}; };
  mutable std::mutex config_mutex_;
  ConfigReport config_{1, true, system_clock().unix_now().count()};
};

}  // namespace session::gateway
