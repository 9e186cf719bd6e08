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
  std::string store_prefix = "sess:";    // the default of connect-redis
  seconds ttl = std::chrono::hours(24);  // if the cookie ends with the browser; the default of connect-redis
  CookieAttributes cookie;               // the cookie that new records describe
};

inline constexpr FormatCapabilities kExpressCapabilities = {.signed_cookies = true,
                                                            .tombstones = false,
                                                            .absolute_timeout = false,
                                                            .own_lifetime = true,
                                                            .others_write = true,
                                                            .configured_keys = false};

// The format of express-session 1.19 with connect-redis 9, so that a Node application and the gateway can use
// the same sessions. `random` must outlive it.
[[nodiscard]] Format express_format(ExpressFormatOptions options, const Random& random);

}  // namespace session
