#pragma once

#include <array>
#include <memory>
#include <string_view>

#include "core/base/secret.h"

typedef struct evp_mac_ctx_st EVP_MAC_CTX;  // NOLINT(readability-identifier-naming): OpenSSL's name

namespace session {

// HMAC-SHA256 under one key. Keeps its OpenSSL context between calls: a tag costs about 150 ns, against 880
// ns with HMAC(). Not thread-safe: one per thread.
class Mac {
 public:
  using Tag = std::array<char, 32>;

  explicit Mac(const Secret& key);
  [[nodiscard]] Tag tag(std::string_view text);

 private:
  struct Free {
    void operator()(EVP_MAC_CTX* context) const;
  };
  std::unique_ptr<EVP_MAC_CTX, Free> context_;
};

// Derives a key of 32 bytes for one purpose from a secret, by HKDF-SHA256 (RFC 5869).
[[nodiscard]] Secret derive_key(const Secret& secret, std::string_view salt, std::string_view purpose);

}  // namespace session
