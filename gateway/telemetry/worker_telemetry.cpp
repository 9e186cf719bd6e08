#include "gateway/telemetry/worker_telemetry.h"

#include "gateway/telemetry/metrics/metrics.h"

namespace session::gateway {

WorkerTelemetry::WorkerTelemetry(Telemetry& telemetry)
    : telemetry_(telemetry), row_(telemetry.metrics().counters()), commands_(row_.counters()) {}

std::string WorkerTelemetry::render_metrics() const { return telemetry_.metrics().render(); }

}  // namespace session::gateway
