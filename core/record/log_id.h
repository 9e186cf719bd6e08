#pragma once

#include <string>
#include <string_view>

#include "core/base/secret.h"
#include "core/crypto/mac.h"

namespace session {

// Names sessions in logs, where ids and store keys must not appear: 16 hexadecimal digits of HMAC-SHA256 of
// the store key. The same key gives the same names, at every gateway and after a restart. Without the key, a
// name can't be traced to an id or a store key. Not thread-safe: one per thread.
class LogId {
 public:
  // An empty key is replaced with a random one, whose names no other process gives.
  explicit LogId(const Secret& key);
  [[nodiscard]] std::string of(std::string_view store_key);

 private:
  Mac mac_;
};

}  // namespace session
