#pragma once

#include "core/base/secret.h"
#include "gateway/config/settings.h"

namespace session::gateway {

// Returns the key that derives the log ids of sessions (core/record/log_id.h). It is derived from the salt,
// or from the first secret if the format has no salt, so that all gateways of one installation use the same
// log ids, and keep them over a restart.
[[nodiscard]] Secret log_id_key(const Settings& settings);

}  // namespace session::gateway
