#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/secret.h"
#include "core/crypto/mac.h"

namespace session {

// Names the owners of sessions in the store, where subjects must not appear: a prefix, `owner:`, and 22
// characters of base64url, the first 128 bits of HMAC-SHA256 of the subject. Not thread-safe: one per thread.
class OwnerId {
 public:
  // The first key names; the others are former ones, whose names sessions may still have. None: there are no
  // owners. `prefix` is that of the store keys of these sessions (Format::store_prefix).
  explicit OwnerId(const std::vector<Secret>& keys, std::string prefix = {});

  // Empty: there are no owners.
  [[nodiscard]] std::string of(std::string_view subject);
  // Whether a key, without the prefix, begins as the names do.
  [[nodiscard]] static bool begins(std::string_view key_behind_prefix);
  // The names that the subject's sessions may have, without repeats.
  [[nodiscard]] std::vector<std::string> all_of(std::string_view subject);

 private:
  [[nodiscard]] std::string name_of(Mac& mac, std::string_view subject) const;

  std::vector<Mac> macs_;
  std::string prefix_;
};

}  // namespace session
