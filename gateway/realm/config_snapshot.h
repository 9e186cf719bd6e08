#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "gateway/config/settings.h"
#include "gateway/transport/http/routes.h"
#include "gateway/transport/listener_secrets.h"

namespace session::gateway {

// One state of the configuration, with the objects that all workers derive from it. Immutable, and shared by
// all threads. Each successful reload makes a new one.
class ConfigSnapshot {
 public:
  // `listeners`: their addresses (ListenerSecrets, HttpRoutes). REQUIRES: the settings have keys and a salt,
  // if their format needs them.
  ConfigSnapshot(Settings to_serve, std::uint64_t number, const std::vector<std::string>& listeners = {})
      : settings(std::move(to_serve)),
        generation(number),
        identity(std::make_shared<const Identity>(settings.identity)),
        rules(settings.rules),
        listener_secrets(settings, listeners),
        http_routes(settings, listeners) {}
  ConfigSnapshot(const ConfigSnapshot&) = delete;
  ConfigSnapshot& operator=(const ConfigSnapshot&) = delete;

  const Settings settings;
  const std::uint64_t generation;  // 1: the configuration of the start
  const std::shared_ptr<const Identity> identity;
  const RuleSet rules;
  const ListenerSecrets listener_secrets;
  const HttpRoutes http_routes;
};

// Returns the settings with random keys, and a warning, if the native format has no configured keys. That
// suffices for a trial: what these keys sign is not valid after a restart or at another gateway. A reload
// keeps the random keys of `served` (nullptr: nothing is served yet).
[[nodiscard]] Settings with_ephemeral_keys(Settings settings, const Settings* served);

}  // namespace session::gateway
