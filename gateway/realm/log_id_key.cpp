#include "gateway/realm/log_id_key.h"

#include "core/crypto/mac.h"

namespace session::gateway {
Secret log_id_key(const Settings& settings) {
  const Secret& source = settings.format->log_id_source(settings);
  return source.empty() ? Secret() : derive_key(source, "session-gateway", "names of sessions in logs v1");
}

}  // namespace session::gateway
