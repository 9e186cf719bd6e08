#include "gateway/telemetry/telemetry.h"

#include <utility>

#include "gateway/telemetry/log/loss_reporting_writer.h"
#include "gateway/telemetry/metrics/metrics.h"

namespace session::gateway {

Telemetry::Telemetry(const LogSettings& settings, std::shared_ptr<spdlog::sinks::sink> sink)
    : log_(settings, std::move(sink)), audit_(log_), metrics_(std::make_unique<Metrics>()) {
  metrics_->set_lost_lines(lost_lines);
}

Telemetry::~Telemetry() = default;

EndpointId Telemetry::register_endpoint(std::string_view name) { return metrics_->register_endpoint(name); }

void Telemetry::register_store(std::function<StoreReport()> report) {
  metrics_->register_store(std::move(report));
}

std::string_view Telemetry::register_realm(std::string_view name) {
  const std::lock_guard lock(realms_mutex_);
  return *realms_.emplace(name).first;
}

}  // namespace session::gateway
