#pragma once

#include "core/base/secret.h"
#include "gateway/config/settings.h"

namespace session::gateway {

// The key under which sessions get their names for logs (core/record/log_id.h): from the salt of the
// sessions, or from the first secret where a dialect has no salt, so that all gateways of one installation
// give the same names, also after a restart.
[[nodiscard]] Secret log_id_key(const Settings& settings);

}  // namespace session::gateway
