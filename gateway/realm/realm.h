#pragma once

#include <functional>
#include <memory>

#include "gateway/endpoints/endpoint.h"
#include "gateway/telemetry/metrics/metrics.h"
#include "gateway/realm/config_snapshot.h"

namespace session::gateway {

// A configuration in the hands of one worker: its keys, its sessions, the services of its endpoints. Requests
// that began under it finish under it, also after a reload; whoever works with it holds it.
//
// Not thread-safe, but may be made on one thread and handed to another.
class Serving : public std::enable_shared_from_this<Serving> {
 public:
  // Runs a task to its end, and keeps `serving` until then.
  using Background = std::function<void(Task<void> task, std::shared_ptr<Serving> serving)>;

  // Throws std::exception if the keys can't be made use of.
  // What they refer to outlives this.
  Serving(std::shared_ptr<const Configuration> configuration, Store& store, const Metrics& metrics,
          Background background);
  Serving(const Serving&) = delete;
  Serving& operator=(const Serving&) = delete;

  [[nodiscard]] const Settings& settings() const { return configuration_->settings; }
  [[nodiscard]] std::uint64_t generation() const { return configuration_->generation; }
  [[nodiscard]] Services& services() { return services_; }

 private:
  std::shared_ptr<const Configuration> configuration_;
  SessionManager sessions_;
  Services services_;
};

}  // namespace session::gateway
