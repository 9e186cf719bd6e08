#pragma once

#include <cstdint>
#include <memory>

#include "gateway/config/settings.h"

namespace session::gateway {

// One state of the configuration, with what all workers make of it together. Immutable, and shared by all
// threads; each successful reload makes another one.
class ConfigSnapshot {
 public:
  // REQUIRES: settings with keys and salt, if their dialect needs them.
  ConfigSnapshot(Settings to_serve, std::uint64_t number)
      : settings(std::move(to_serve)),
        generation(number),
        identity(std::make_shared<const Identity>(settings.identity)),
        rules(settings.rules) {}
  ConfigSnapshot(const ConfigSnapshot&) = delete;
  ConfigSnapshot& operator=(const ConfigSnapshot&) = delete;

  const Settings settings;
  const std::uint64_t generation;  // 1 is what the process started with
  const std::shared_ptr<const Identity> identity;
  const RuleSet rules;
};

// Settings to serve with: where the native dialect is given no keys it gets random ones, with a warning:
// enough to try it out. What they sign is worth nothing after a restart or at another gateway. A reload keeps
// those of `served` (nullptr: there is nothing served yet).
[[nodiscard]] Settings with_ephemeral_keys(Settings settings, const Settings* served);

}  // namespace session::gateway
