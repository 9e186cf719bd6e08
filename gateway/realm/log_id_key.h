#pragma once

#include <vector>

#include "core/base/secret.h"
#include "gateway/config/settings.h"

namespace session::gateway {

// Returns the key that derives the log ids of sessions (core/record/log_id.h). It is derived from the salt,
// or from the first secret if the format has no salt, so that all gateways of one installation use the same
// log ids, and keep them over a restart.
[[nodiscard]] Secret log_id_key(const Settings& settings);
// Returns the keys that derive the names of the owners of sessions in the store (core/record/owner_id.h),
// from the same secrets: the first is in use, and sessions may still have names by the others. None: no
// secret is set.
[[nodiscard]] std::vector<Secret> owner_id_keys(const Settings& settings);

}  // namespace session::gateway
