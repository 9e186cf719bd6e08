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

}  // namespace

FormatRow native_row() {
  FormatRow row;
  row.name = "native";
  row.capabilities = kNativeCapabilities;
  row.log_id_source = [](const Settings& settings) -> const Secret& { return settings.salt; };
  row.make = make;
  return row;
}

}  // namespace session::gateway
