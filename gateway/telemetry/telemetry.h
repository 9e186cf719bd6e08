#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include "gateway/config/log_settings.h"
#include "gateway/telemetry/audit/audit.h"
#include "gateway/telemetry/log/log.h"
#include "gateway/telemetry/metrics/layout.h"

namespace session::gateway {

class Metrics;
struct StoreReport;

// The process's outputs for its operator: the log, the audit and the metrics. There is one object per
// process, which is made first and passed by reference. It outlives the server, the workers and the stores.
//
// Endpoints, the store and realms register here, so that this folder need not list them. Endpoints and the
// store register at start, before any thread counts (WorkerTelemetry) or collects. The other functions are
// thread-safe.
class Telemetry {
 public:
  // For tests, `sink` receives the log's messages instead of standard error.
  explicit Telemetry(const LogSettings& settings, std::shared_ptr<spdlog::sinks::sink> sink = nullptr);
  ~Telemetry();
  Telemetry(const Telemetry&) = delete;
  Telemetry& operator=(const Telemetry&) = delete;

  // Throws std::logic_error if that name is registered already, or if a thread already counts.
  [[nodiscard]] EndpointId register_endpoint(std::string_view name);
  // `report` (StoreReporter) is called from every thread, until this object is destroyed.
  void register_store(std::function<StoreReport()> report);
  // Returns the realm's name for audit events, valid as long as this object. The name is empty for the only
  // realm, and events then omit it. Registering a name again, for another worker or after a reload, is no
  // error. Thread-safe.
  [[nodiscard]] std::string_view register_realm(std::string_view name);

  [[nodiscard]] Log& log() noexcept { return log_; }
  [[nodiscard]] Audit& audit() noexcept { return audit_; }
  [[nodiscard]] Metrics& metrics() noexcept { return *metrics_; }

 private:
  Log log_;
  Audit audit_;
  const std::unique_ptr<Metrics> metrics_;
  std::mutex realms_mutex_;
  std::set<std::string, std::less<>> realms_;  // under realms_mutex_
};

}  // namespace session::gateway
