#include "gateway/realm/log_id_key.h"

#include <utility>

#include "core/crypto/mac.h"

namespace session::gateway {
Secret log_id_key(const Settings& settings) {
  const Secret& source = settings.format->log_id_source(settings);
  return source.empty() ? Secret() : derive_key(source, "session-gateway", "names of sessions in logs v1");
}

std::vector<Secret> owner_id_keys(const Settings& settings) {
  std::vector<Secret> sources = {settings.format->log_id_source(settings)};
  if (settings.format->former_log_id_sources != nullptr) {
    for (Secret& former : settings.format->former_log_id_sources(settings))
      sources.push_back(std::move(former));
  }
  std::vector<Secret> keys;
  for (const Secret& source : sources) {
    if (!source.empty())
      keys.push_back(derive_key(source, "session-gateway", "names of owners in the store v1"));
  }
  return keys;
}

}  // namespace session::gateway
