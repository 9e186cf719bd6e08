#include "gateway/realm/config_snapshot.h"

#include "core/crypto/random.h"

namespace session::gateway {
namespace {

constexpr std::size_t kKeyBytes = 32;

}  // namespace

Settings with_ephemeral_keys(Settings settings, const Settings* served) {
  if (!settings.format->capabilities.configured_keys || !settings.keys.empty()) return settings;
  settings.random_keys = true;
  if (served != nullptr && served->random_keys) {
    settings.keys = served->keys;
    settings.salt = served->salt;
  } else {
    settings.keys = {KeyMaterial{"random", Secret(system_random().bytes(kKeyBytes))}};
    settings.salt = Secret(system_random().bytes(kKeyBytes));
    settings.warnings.emplace_back(
        "no keys are configured: sessions are signed with a random key and end with this process");
  }
  return settings;
}

}  // namespace session::gateway
