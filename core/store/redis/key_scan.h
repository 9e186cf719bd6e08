#pragma once

#include <string>
#include <string_view>

#include "core/store/redis/prepared_call.h"

namespace session {

// Internal to RedisStore: a page of the keys of all servers, one server after the other (SCAN).
//
// The cursor names the servers and which of them has which slots, so a scan begins anew when that changes:
// the cursor of one server means nothing to another, and keys that moved could be missed. The servers are
// asked for that before the first page and after the last. It also names the server's process, since each
// hashes keys with a seed of its own: after a restart the scan of that server begins anew. A page ends,
// perhaps without a key, when half of the time until the deadline has passed: so a caller never loses its
// place to a store with few keys of its own among many.
[[nodiscard]] Store::Answer<KeyPage> scan_keys(const RedisSetup& setup, const PreparedCall& at,
                                               std::string cursor, std::size_t max);

}  // namespace session
