#pragma once

#include <string>
#include <string_view>

#include "core/base/secret.h"
#include "core/crypto/mac.h"

namespace session {

// What stands for sessions where ids and store keys must not be seen, as in logs: 16 hexadecimal digits of
// HMAC-SHA256 of the store key. The same key gives the same names, at every gateway and after a restart; who
// lacks it can't tell which id or store key a name belongs to. Not thread-safe: one per thread.
class LogId {
 public:
  // An empty key: a random one, whose names nobody else gives.
  explicit LogId(const Secret& key);
  [[nodiscard]] std::string of(std::string_view store_key);

 private:
  Mac mac_;
};

}  // namespace session
