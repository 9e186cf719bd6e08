#pragma once

#include <functional>
#include <memory>

#include "gateway/realm/config_snapshot.h"
#include "gateway/realm/services.h"
#include "gateway/telemetry/metrics/metrics.h"

namespace session::gateway {

// A configuration in the hands of one worker: its keys, its sessions, the services of its endpoints. Requests
// that began under it finish under it, also after a reload; whoever works with it holds it.
//
// Not thread-safe, but may be made on one thread and handed to another.
class Realm : public std::enable_shared_from_this<Realm> {
 public:
  // Runs a task to its end, and keeps `serving` until then.
  using Background = std::function<void(Task<void> task, std::shared_ptr<Realm> realm)>;

  // Throws std::exception if the keys can't be made use of.
  // What they refer to outlives this.
  Realm(std::shared_ptr<const ConfigSnapshot> configuration, Store& store,
        std::shared_ptr<CacheBudget> budget, const Metrics& metrics, Background background);
  Realm(const Realm&) = delete;
  Realm& operator=(const Realm&) = delete;

  [[nodiscard]] const Settings& settings() const { return config_->settings; }
  [[nodiscard]] std::uint64_t generation() const { return config_->generation; }
  [[nodiscard]] Services& services() { return services_; }

 private:
  std::shared_ptr<const ConfigSnapshot> config_;
  SessionManager sessions_;
  Services services_;
};

}  // namespace session::gateway
