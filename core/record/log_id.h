#pragma once

#include <string>
#include <string_view>

#include "core/base/secret.h"
#include "core/crypto/mac.h"

namespace session {

// Names sessions where ids and store keys must not appear: in logs, and towards users and operators. A name
// is the first 128 bits of HMAC-SHA256 of the store key, as 22 characters of base64url: enough that no two
// sessions share one. It never begins with a dash: commands would take it for an option. The same key gives
// the same names, at every gateway and after a restart. A name can't be traced to an id or a store key, so it
// can't be turned into a cookie. Not thread-safe: one per thread.
class LogId {
 public:
  // An empty key is replaced with a random one, whose names no other process gives.
  explicit LogId(const Secret& key);
  [[nodiscard]] std::string of(std::string_view store_key);

 private:
  Mac mac_;
};

}  // namespace session
