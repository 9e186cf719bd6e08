#pragma once

#include <memory>

#include "gateway/realm/realm.h"

namespace session::gateway {

// The realms of one worker under one configuration, and which of them a request belongs to. There is one
// realm today, so every request belongs to it.
//
// Immutable, so `pick` needs no care; the realms themselves are for their worker's thread.
class RealmSet {
 public:
  // Makes every realm of the configuration. Throws std::exception as Realm does. Store and telemetry outlive
  // the realms.
  RealmSet(const std::shared_ptr<const ConfigSnapshot>& configuration, Store& store,
           const std::shared_ptr<CacheBudget>& budget, WorkerTelemetry& telemetry,
           const Realm::Background& background)
      : config_(configuration),
        only_(std::make_shared<Realm>(configuration, store, budget, telemetry, background)) {}

  // The realm that serves this request. Whoever works with it holds it.
  [[nodiscard]] const std::shared_ptr<Realm>& pick(const Request& /*request*/) const { return only_; }

  // What holds for the worker as a whole, whichever realm serves: limits of connections and requests.
  [[nodiscard]] const Settings& settings() const { return config_->settings; }
  [[nodiscard]] std::uint64_t generation() const { return config_->generation; }
  // Forgets what the realms remember, and gives the memory back.
  void release_caches() const { only_->services().sessions.release_caches(); }

 private:
  std::shared_ptr<const ConfigSnapshot> config_;
  std::shared_ptr<Realm> only_;
};

}  // namespace session::gateway
