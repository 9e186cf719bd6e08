#pragma once

#include <memory>

#include "gateway/realm/realm.h"

namespace session::gateway {

// The realms of one worker under one configuration, and the choice of a request's realm. There is one realm
// today, which serves every request.
//
// The set is immutable, so pick() may be called on any thread. The realms themselves are for their worker's
// thread only.
class RealmSet {
 public:
  // Makes every realm of the configuration. Throws std::exception as Realm does. `store` and `telemetry` must
  // outlive the realms.
  RealmSet(const std::shared_ptr<const ConfigSnapshot>& configuration, Store& store,
           const std::shared_ptr<CacheBudget>& budget, WorkerTelemetry& telemetry, const Realm::Host& host)
      : config_(configuration),
        only_(std::make_shared<Realm>(configuration, store, budget, telemetry, host)) {}

  // Returns the realm that serves this request. The caller holds the pointer as long as it uses the realm.
  [[nodiscard]] const std::shared_ptr<Realm>& pick(const Request& /*request*/) const { return only_; }

  // Returns a realm for what concerns all of them, such as their store.
  [[nodiscard]] const std::shared_ptr<Realm>& any() const { return only_; }

  // The settings of the whole worker, whichever realm serves: limits of connections and requests.
  [[nodiscard]] const Settings& settings() const { return config_->settings; }
  [[nodiscard]] const ListenerSecrets& listener_secrets() const { return config_->listener_secrets; }
  [[nodiscard]] const HttpRoutes& http_routes() const { return config_->http_routes; }
  [[nodiscard]] std::uint64_t generation() const { return config_->generation; }
  // Empties the caches of the realms, and frees their memory.
  void release_caches() const { only_->services().sessions.release_caches(); }

 private:
  std::shared_ptr<const ConfigSnapshot> config_;
  std::shared_ptr<Realm> only_;
};

}  // namespace session::gateway
