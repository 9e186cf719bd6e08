#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/secret.h"
#include "core/crypto/mac.h"

namespace session {

// One configured key: its public id, which cookies carry, and its secret.
struct KeyMaterial {
  std::string id;  // 1 to 32 of [A-Za-z0-9_-]
  Secret secret;   // at least kMinSecretBytes
};
inline constexpr std::size_t kMinSecretBytes = 32;
inline constexpr std::size_t kMaxKeyIdBytes = 32;

// Whether the text is a valid key id.
[[nodiscard]] bool valid_key_id(std::string_view id);

// The keys that sign and verify cookies. The first signs and all verify. To rotate a key, put the new one
// first and drop the old one when its cookies have expired. Each MAC key is HKDF-SHA256(secret, salt) (RFC
// 5869), so neither a secret nor the salt alone suffices to forge a cookie. Not thread-safe (it keeps MAC
// contexts): one per thread, made from the same material.
class KeyRing {
 public:
  // REQUIRES: at least one key; ids valid and all different.
  KeyRing(const std::vector<KeyMaterial>& keys, const Secret& salt);

  [[nodiscard]] const std::string& signing_id() const { return keys_.front().id; }
  // Returns the MAC of `text` under the first key.
  [[nodiscard]] Mac::Tag sign(std::string_view text) { return keys_.front().mac.tag(text); }
  // Returns the MAC of the key with that id; nullptr if there is no such key.
  [[nodiscard]] Mac* find(std::string_view id);

 private:
  struct Key {
    std::string id;
    Mac mac;
  };
  std::vector<Key> keys_;
};

}  // namespace session
