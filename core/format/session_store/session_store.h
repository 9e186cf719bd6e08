#pragma once

#include "core/base/secret.h"
#include "core/crypto/random.h"
#include "core/format/format.h"

namespace session {

struct SessionStoreFormatOptions {
  Secret salt = Secret("session-salt");  // the package's default
};

inline constexpr FormatCapabilities kSessionStoreCapabilities = {.signed_cookies = false,
                                                                 .tombstones = false,
                                                                 .absolute_timeout = false,
                                                                 .own_lifetime = false,
                                                                 .others_write = true,
                                                                 .configured_keys = false};

// The format of the npm package session-store 0.0.6. `random` must outlive it. Throws std::runtime_error if
// OpenSSL has no MD5 (FIPS).
[[nodiscard]] Format session_store_format(SessionStoreFormatOptions options, const Random& random);

}  // namespace session
