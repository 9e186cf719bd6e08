#include "gateway/realm/formats.h"

#include <utility>

namespace session::gateway {

Format format_for(const Settings& settings, std::shared_ptr<CacheBudget> budget) {
  const FormatRow& row = *settings.format;
  return row.make({settings, settings.format_settings(row), true, std::move(budget)});
}

std::vector<LegacyFormat> accepted_by(const Settings& settings, const std::shared_ptr<CacheBudget>& budget) {
  std::vector<LegacyFormat> accepted;
  for (const FormatRow* row : settings.accept) {
    const FormatSettings& own = settings.format_settings(*row);
    accepted.push_back({row->make({settings, own, false, budget}), own.cookie_name});
  }
  return accepted;
}

}  // namespace session::gateway
