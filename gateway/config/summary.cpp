#include "gateway/config/summary.h"

#include "gateway/config/units.h"

namespace session::gateway {
namespace {

template <class List, class Name>
std::string joined(const List& list, Name name) {
  std::string out;
  for (const auto& item : list) out.append(out.empty() ? "" : ",").append(name(item));
  return out.empty() ? "none" : out;
}

}  // namespace

std::string summary(const Settings& settings) {
  const auto accepted = joined(settings.accept, [](const FormatRow* row) { return row->name; });
  const auto keys = joined(settings.keys, [](const KeyMaterial& key) { return key.id; });
  const auto rules = joined(settings.rules, [](const Rule& rule) { return rule.name; });
  const bool redis = settings.store_type == StoreType::redis;
  std::string out = "dialect ";
  out.append(settings.format->name).append(", accept ").append(accepted);
  out.append(", keys ").append(keys).append(", cookie ").append(settings.cookie.name);
  out.append(", idle_timeout ").append(format_duration(settings.session.idle_timeout));
  out.append(", absolute_timeout ").append(format_duration(settings.session.absolute_timeout));
  out.append(", flush ").append(settings.flush == FlushMode::wait ? "wait" : "behind");
  out.append(", store ").append(redis ? "redis" : settings.has_memory_file() ? "memory and file" : "memory");
  return out.append(", rules ").append(rules);
}

}  // namespace session::gateway
