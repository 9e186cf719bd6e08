#include "gateway/realm/log_id_key.h"

#include "core/crypto/mac.h"

namespace session::gateway {
namespace {

const Secret& source_of(const Settings& settings) {
  const bool express = settings.dialect == DialectType::express && !settings.express.secrets.empty();
  if (express) return settings.express.secrets.front();
  const bool session_store = settings.dialect == DialectType::session_store && settings.salt.empty();
  return session_store ? settings.session_store.salt : settings.salt;
}

}  // namespace

Secret log_id_key(const Settings& settings) {
  const Secret& source = source_of(settings);
  return source.empty() ? Secret() : derive_key(source, "session-gateway", "names of sessions in logs v1");
}

}  // namespace session::gateway
