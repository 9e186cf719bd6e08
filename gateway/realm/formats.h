#pragma once

#include <memory>
#include <vector>

#include "core/migration/migration.h"
#include "gateway/config/settings.h"

namespace session::gateway {

// Makes the format that the configuration names. Its caches use `budget`. REQUIRES: the settings were
// validated.
[[nodiscard]] Format format_for(const Settings& settings, std::shared_ptr<CacheBudget> budget);

// Makes the legacy formats whose sessions migrate to it.
[[nodiscard]] std::vector<LegacyFormat> accepted_by(const Settings& settings,
                                                    const std::shared_ptr<CacheBudget>& budget);

}  // namespace session::gateway
