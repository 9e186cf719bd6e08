#include "gateway/config/format_registry.h"

#include <algorithm>

namespace session::gateway {

const FormatRegistry& FormatRegistry::built_in() {
  static const FormatRegistry registry({native_row(), session_store_row(), express_row()});
  return registry;
}

const FormatRow* FormatRegistry::find(std::string_view name) const {
  const auto row =
      std::find_if(rows_.begin(), rows_.end(), [&](const FormatRow& each) { return each.name == name; });
  return row == rows_.end() ? nullptr : &*row;
}

FormatRegistry::SettingsByName FormatRegistry::defaults() const {
  SettingsByName settings;
  for (const FormatRow& row : rows_) settings.emplace(row.name, row.defaults());
  return settings;
}

}  // namespace session::gateway
