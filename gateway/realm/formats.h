#pragma once

#include <memory>
#include <vector>

#include "core/migration/migration.h"
#include "gateway/config/settings.h"

namespace session::gateway {

// The format that the configuration names. What it remembers comes out of `budget`. REQUIRES: the settings
// were checked.
[[nodiscard]] Format format_for(const Settings& settings, std::shared_ptr<CacheBudget> budget);

// Those whose sessions migrate to it.
[[nodiscard]] std::vector<LegacyFormat> accepted_by(const Settings& settings,
                                                    const std::shared_ptr<CacheBudget>& budget);

}  // namespace session::gateway
