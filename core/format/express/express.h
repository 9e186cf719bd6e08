#pragma once

#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/base/secret.h"
#include "core/cookie/attributes.h"
#include "core/crypto/random.h"
#include "core/format/format.h"

namespace session {

struct ExpressFormatOptions {
  std::vector<Secret> secrets;           // the first signs, all verify; at least one
  std::string store_prefix = "sess:";    // connect-redis' own
  seconds ttl = std::chrono::hours(24);  // of sessions whose cookie ends with the browser; connect-redis' own
  CookieAttributes cookie;               // what the records that are begun here say of their cookie
};

inline constexpr FormatCapabilities kExpressCapabilities = {.signed_cookies = true,
                                                            .tombstones = false,
                                                            .absolute_timeout = false,
                                                            .own_lifetime = true,
                                                            .configured_keys = false};

// What express-session 1.19 with connect-redis 9 reads and writes, so that a Node application goes on with a
// session of the gateway's, and the gateway with one of its. `random` outlives it.
[[nodiscard]] Format express_format(ExpressFormatOptions options, const Random& random);

}  // namespace session
