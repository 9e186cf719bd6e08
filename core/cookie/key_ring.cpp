#include "core/cookie/key_ring.h"

#include <algorithm>

#include "core/crypto/base64url.h"

namespace session {

bool valid_key_id(std::string_view id) {
  return !id.empty() && id.size() <= kMaxKeyIdBytes && is_base64url(id);
}

KeyRing::KeyRing(const std::vector<KeyMaterial>& keys, const Secret& salt) {
  for (const KeyMaterial& key : keys) {
    const Secret derived = derive_key(key.secret, salt.reveal(), "session-gateway cookie mac v1");
    keys_.push_back(Key{key.id, Mac(derived)});
  }
}

Mac* KeyRing::find(std::string_view id) {
  const auto key = std::find_if(keys_.begin(), keys_.end(), [&](const Key& k) { return k.id == id; });
  return key == keys_.end() ? nullptr : &key->mac;
}

}  // namespace session
