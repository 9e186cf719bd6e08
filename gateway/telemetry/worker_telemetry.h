#pragma once

#include <string>

#include "core/base/clock.h"
#include "gateway/http/response.h"
#include "gateway/telemetry/metrics/count.h"
#include "gateway/telemetry/metrics/counter_registry.h"
#include "gateway/telemetry/telemetry.h"

namespace session::gateway {

// The telemetry of one thread: a worker, or the thread that accepts connections. It adds a row of counters
// that only this thread writes, so that counting takes no locks and no locked instructions.
//
// Not thread-safe: it may be made on another thread, but then only its thread uses it. The telemetry must
// outlive it, and keeps its counts.
class WorkerTelemetry {
 public:
  explicit WorkerTelemetry(Telemetry& telemetry);
  WorkerTelemetry(const WorkerTelemetry&) = delete;
  WorkerTelemetry& operator=(const WorkerTelemetry&) = delete;

  [[nodiscard]] Log& log() noexcept { return telemetry_.log(); }
  [[nodiscard]] Audit& audit() noexcept { return telemetry_.audit(); }
  // The telemetry of the whole process, to register a realm, for example. May be called on any thread.
  [[nodiscard]] Telemetry& process() noexcept { return telemetry_; }

  void count(Count what) noexcept { row_.counters().count(what); }
  void count_request(EndpointId endpoint, const Response& response, Clock::Steady::duration took) noexcept {
    gateway::count_request(row_.counters(), endpoint, response, took);
  }
  // The observer for this thread's store object (StoreBackend::way_for).
  [[nodiscard]] StoreObserver& store_observer() noexcept { return commands_; }

  // The metrics of the whole process in Prometheus' text format.
  [[nodiscard]] std::string render_metrics() const;

 private:
  Telemetry& telemetry_;
  CounterRegistry::Row row_;
  CountedCommands commands_;
};

}  // namespace session::gateway
