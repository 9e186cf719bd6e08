#include <utility>

#include "core/format/native/native.h"
#include "gateway/config/format_registry.h"
#include "gateway/config/settings.h"

namespace session::gateway {
namespace {

Format make(const FormatContext& context) {
  const Settings& settings = context.settings;
  NativeFormatOptions options;
  options.cookie_name = settings.cookie.name;
  if (settings.store_type == StoreType::redis) options.store_prefix = settings.redis.prefix;
  options.keys = settings.keys;
  options.salt = settings.salt;
  options.budget = context.budget;
  return native_format(std::move(options), system_random());
}

SharedSecret store_key_source(const Settings& settings) { return {"salt", settings.salt}; }

std::vector<SharedSecret> shared_secrets(const FormatContext& context) {
  std::vector<SharedSecret> secrets = {store_key_source(context.settings)};
  for (const KeyMaterial& key : context.settings.keys)
    secrets.push_back({"keys (" + key.id + ")", key.secret});
  return secrets;
}

}  // namespace

FormatRow native_row() {
  FormatRow row;
  row.name = "native";
  row.capabilities = kNativeCapabilities;
  row.log_id_source = [](const Settings& settings) -> const Secret& { return settings.salt; };
  row.shared_secrets = shared_secrets;
  row.store_key_source = store_key_source;
  row.make = make;
  return row;
}

}  // namespace session::gateway
