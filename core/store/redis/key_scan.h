#pragma once

#include <string>
#include <string_view>

#include "core/store/redis/prepared_call.h"

namespace session {

// Internal to RedisStore: a page of the keys of all servers, one server after the other (SCAN).
//
// The cursor names the servers and which of them has which slots, so a scan begins anew when that changes:
// the cursor of one server means nothing to another, and keys that moved could be missed.
[[nodiscard]] Store::Answer<KeyPage> scan_keys(const RedisSetup& setup, const PreparedCall& at,
                                               std::string cursor, std::size_t max);

}  // namespace session
