#pragma once

#include <memory>
#include <vector>

#include "core/format/dialect.h"
#include "core/record/environment.h"
#include "gateway/config/settings.h"

namespace session::gateway {

// The dialect that the configuration names. REQUIRES: the settings were checked.
[[nodiscard]] std::unique_ptr<Dialect> dialect_for(const Settings& settings);

// Those whose sessions are taken over.
[[nodiscard]] std::vector<LegacyFormat> accepted_by(const Settings& settings);

}  // namespace session::gateway
