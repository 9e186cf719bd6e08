#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "gateway/realm/config_snapshot.h"
#include "gateway/realm/services.h"
#include "gateway/telemetry/worker_telemetry.h"

namespace session::gateway {

// A site in the hands of one worker, under one configuration: its keys, its sessions, the services of its
// endpoints. Requests that began under it finish under it, also after a reload; whoever works with it holds
// it.
//
// Not thread-safe, but may be made on one thread and handed to another.
class Realm : public std::enable_shared_from_this<Realm> {
 public:
  // Runs a task to its end, and keeps `realm` until then.
  using Background = std::function<void(Task<void> task, std::shared_ptr<Realm> realm)>;

  // Throws std::exception if the keys can't be made use of. Registers its name with the telemetry. The store
  // and the telemetry outlive it.
  Realm(std::shared_ptr<const ConfigSnapshot> configuration, Store& store,
        std::shared_ptr<CacheBudget> budget, WorkerTelemetry& telemetry, Background background);
  Realm(const Realm&) = delete;
  Realm& operator=(const Realm&) = delete;

  [[nodiscard]] const Settings& settings() const { return config_->settings; }
  [[nodiscard]] std::uint64_t generation() const { return config_->generation; }
  // As audit events carry it. Empty today, as there is one realm.
  [[nodiscard]] std::string_view name() const { return name_; }
  [[nodiscard]] Services& services() { return services_; }

 private:
  std::shared_ptr<const ConfigSnapshot> config_;
  std::string_view name_;  // kept by the telemetry
  SessionManager sessions_;
  Services services_;
};

}  // namespace session::gateway
