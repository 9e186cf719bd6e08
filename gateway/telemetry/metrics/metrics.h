#pragma once

#include <prometheus/collectable.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"
#include "gateway/telemetry/metrics/counter_registry.h"
#include "gateway/telemetry/metrics/gateway_families.h"
#include "gateway/telemetry/metrics/store_report.h"

namespace session::gateway {

// Sessions by why they began and ended.
struct SessionTotals {
  std::uint64_t created = 0;
  std::uint64_t moved = 0;
  std::uint64_t imported = 0;
  std::uint64_t destroyed = 0;
  std::uint64_t ended_limit = 0;
  std::uint64_t ended_admin = 0;
  std::optional<StoreReport::Ended> by_store = {};  // nullopt: the store does not tell
};

// The metrics of the `metrics` endpoint. There is one object per process, which outlives its workers, its
// store and every configuration, so that counters never decrease. docs/monitor.md lists the metrics.
//
// Thread-safe, except the functions of the first group, which are called at start, before the first
// collection.
class Metrics final : public prometheus::Collectable {
 public:
  Metrics();

  // Registers an endpoint, whose metrics have this name as the label `endpoint`. Throws std::logic_error if
  // the name is registered already, or if a thread already counts (counters()).
  [[nodiscard]] EndpointId register_endpoint(std::string_view name);
  void register_store(StoreReporter report) { store_report_ = std::move(report); }
  void set_workers(std::size_t workers) { workers_ = workers; }
  // Sets the budget that the caches of all workers share.
  void set_cache_budget(std::shared_ptr<const CacheBudget> budget) { cache_budget_ = std::move(budget); }
  // Sets the function that returns the number of lost lines. It is called from every thread, and must not
  // throw.
  void set_lost_lines(std::function<std::uint64_t()> lost_lines) { lost_lines_ = std::move(lost_lines); }

  // The registry from which threads get their rows.
  [[nodiscard]] CounterRegistry& counters() { return counters_; }

  // Records the end of a reload and the generation that is now in use, which is a new one if the reload was
  // successful.
  void config_reloaded(bool successful, std::uint64_t generation, seconds unix_now);

  [[nodiscard]] std::vector<prometheus::MetricFamily> Collect() const override;
  // How many sessions began and ended since the process was started, as the metrics have it.
  [[nodiscard]] SessionTotals session_totals() const;
  // Returns all metrics in Prometheus' text format 0.0.4.
  [[nodiscard]] std::string render() const;

 private:
  std::vector<std::string> endpoints_;  // by EndpointId
  CounterRegistry counters_;
  std::size_t workers_ = 0;
  std::shared_ptr<const CacheBudget> cache_budget_ = std::make_shared<const CacheBudget>(0);
  StoreReporter store_report_ = [] { return StoreReport(); };
  std::function<std::uint64_t()> lost_lines_ = [] { return std::uint64_t{0}; };
  mutable std::mutex config_mutex_;
  ConfigReport config_{1, true, system_clock().unix_now().count()};
};

}  // namespace session::gateway
