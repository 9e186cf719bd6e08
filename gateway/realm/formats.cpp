#include "gateway/realm/formats.h"

#include <stdexcept>

#include "core/format/express/express.h"
#include "core/format/native/native.h"
#include "core/format/session_store/session_store.h"

namespace session::gateway {
namespace {

std::unique_ptr<Dialect> native(const Settings& settings) {
  NativeDialectOptions options;
  options.cookie_name = settings.cookie.name;
  if (settings.store_type == StoreType::redis) options.store_prefix = settings.redis.prefix;
  options.keys = settings.keys;
  options.salt = settings.salt;
  return std::make_unique<NativeDialect>(std::move(options), system_random());
}

std::unique_ptr<Dialect> express(const Settings& settings) {
  ExpressDialectOptions options;
  options.secrets = settings.express.secrets;
  options.store_prefix = settings.express.prefix;
  options.ttl = settings.express.ttl;
  options.cookie = settings.cookie;
  return std::make_unique<ExpressDialect>(std::move(options), system_random());
}

// In use it has the salt of the file's top level; that one belongs to the native dialect where it is
// accepted.
std::unique_ptr<Dialect> session_store(const Settings& settings) {
  const bool in_use = settings.dialect == DialectType::session_store && !settings.salt.empty();
  return std::make_unique<SessionStoreDialect>(
      SessionStoreDialectOptions{in_use ? settings.salt : settings.session_store.salt}, system_random());
}

std::unique_ptr<Dialect> make(DialectType type, const Settings& settings) {
  switch (type) {
    case DialectType::native:
      return native(settings);
    case DialectType::session_store:
      return session_store(settings);
    case DialectType::express:
      return express(settings);
  }
  throw std::logic_error("a dialect without a case");
}

}  // namespace

std::unique_ptr<Dialect> dialect_for(const Settings& settings) { return make(settings.dialect, settings); }

std::vector<LegacyFormat> accepted_by(const Settings& settings) {
  std::vector<LegacyFormat> accepted;
  for (const DialectType type : settings.accept) {
    const bool express = type == DialectType::express;
    accepted.push_back({make(type, settings),
                        express ? settings.express.cookie_name : settings.session_store.cookie_name,
                        express ? "express" : "session-store"});
  }
  return accepted;
}

}  // namespace session::gateway
