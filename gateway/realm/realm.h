#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "gateway/realm/config_snapshot.h"
#include "gateway/realm/services.h"
#include "gateway/telemetry/worker_telemetry.h"

namespace session::gateway {

// One site, for one worker and under one configuration: its keys, its sessions, and the services of its
// endpoints. A request finishes under the configuration under which it began, even after a reload, because it
// holds its realm.
//
// Not thread-safe, but it may be made on one thread and passed to another.
class Realm : public std::enable_shared_from_this<Realm> {
 public:
  // Runs a task to its end, and keeps `realm` alive until then.
  using Background = std::function<void(Task<void> task, std::shared_ptr<Realm> realm)>;

  // What its worker does for it.
  struct Host {
    Background in_background;
    std::function<bool()> draining = [] { return false; };  // whether the worker is about to stop
    // Shared by all workers, and kept over reloads.
    std::shared_ptr<SessionCensus> census = std::make_shared<SessionCensus>();
    // StoreBackend::trouble.
    std::function<std::string_view()> store_trouble = [] { return std::string_view(); };
  };

  // Throws std::exception if the keys can't be used. Registers its name with the telemetry. The store and the
  // telemetry must outlive it.
  Realm(std::shared_ptr<const ConfigSnapshot> configuration, Store& store,
        std::shared_ptr<CacheBudget> budget, WorkerTelemetry& telemetry, Host host);
  Realm(const Realm&) = delete;
  Realm& operator=(const Realm&) = delete;

  [[nodiscard]] const Settings& settings() const { return config_->settings; }
  [[nodiscard]] std::uint64_t generation() const { return config_->generation; }
  // The realm's name in audit events. It is empty today, because there is only one realm.
  [[nodiscard]] std::string_view name() const { return name_; }
  [[nodiscard]] Services& services() { return services_; }

 private:
  std::shared_ptr<const ConfigSnapshot> config_;
  std::string_view name_;  // kept by the telemetry
  SessionManager sessions_;
  Services services_;
};

}  // namespace session::gateway
