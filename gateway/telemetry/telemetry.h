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

// All that the process tells its operator: the log, the audit and the metrics. There is one per process, made
// first and handed down by reference; it outlives the server, the workers and the stores.
//
// Endpoints, the store and realms register here, so nothing in this folder lists them. Endpoints and the
// store do so at start, before any thread counts (WorkerTelemetry) or collects; the other functions are
// thread-safe.
class Telemetry {
 public:
  // `sink` takes the log's messages instead of standard error: for tests.
  explicit Telemetry(const LogSettings& settings, std::shared_ptr<spdlog::sinks::sink> sink = nullptr);
  ~Telemetry();
  Telemetry(const Telemetry&) = delete;
  Telemetry& operator=(const Telemetry&) = delete;

  // Throws std::logic_error if that name is registered already, or a thread counts already.
  [[nodiscard]] EndpointId register_endpoint(std::string_view name);
  // `report` (StoreReporter) is called from every thread, until this ends.
  void register_store(std::function<StoreReport()> report);
  // The realm's name as audit events carry it; empty, and left out there, for the only realm. The view is
  // valid as long as this object. A name that is registered already, as by another worker or before a reload,
  // is no error. Thread-safe.
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
