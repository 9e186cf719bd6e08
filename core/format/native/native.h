#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/cache_budget.h"
#include "core/base/secret.h"
#include "core/cookie/key_ring.h"
#include "core/crypto/random.h"
#include "core/format/format.h"

namespace session {

struct NativeFormatOptions {
  std::string cookie_name;        // part of the signed text, so that a cookie is not valid under another name
  std::string store_prefix;       // the beginning of every store key
  std::vector<KeyMaterial> keys;  // the first signs, all verify; at least one
  Secret salt;
  // The memory of the cache of verified cookies, shared with other caches. REQUIRES: not null.
  std::shared_ptr<CacheBudget> budget = std::make_shared<CacheBudget>(std::size_t{8} << 20);
};

inline constexpr FormatCapabilities kNativeCapabilities = {.signed_cookies = true,
                                                           .tombstones = true,
                                                           .absolute_timeout = true,
                                                           .own_lifetime = false,
                                                           .others_write = false,
                                                           .configured_keys = true,
                                                           .login_facts = true};

// Our own format, as native_cookie_format.h and native_record_format.h define it. `random` must outlive it.
[[nodiscard]] Format native_format(NativeFormatOptions options, const Random& random);

}  // namespace session
