#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/secret.h"

typedef struct evp_cipher_ctx_st EVP_CIPHER_CTX;  // NOLINT(readability-identifier-naming): OpenSSL's name

namespace session {

// AES-256-GCM (NIST SP 800-38D) under one key. The tag is at the end of what is sealed. Not thread-safe.
class AesGcm {
 public:
  static constexpr std::size_t kKeyBytes = 32;
  static constexpr std::size_t kNonceBytes = 12;
  static constexpr std::size_t kTagBytes = 16;

  // REQUIRES: a key of kKeyBytes.
  explicit AesGcm(const Secret& key);

  // REQUIRES: a nonce of kNonceBytes that this key has not sealed with before. `context` is authenticated and
  // not part of the result.
  [[nodiscard]] std::string seal(std::string_view nonce, std::string_view context, std::string_view plain);
  // nullopt: it was sealed with another key, nonce or context, or was changed since.
  [[nodiscard]] std::optional<std::string> open(std::string_view nonce, std::string_view context,
                                                std::string_view sealed);

 private:
  struct Free {
    void operator()(EVP_CIPHER_CTX* context) const;
  };
  std::unique_ptr<EVP_CIPHER_CTX, Free> context_;
  Secret key_;
};

}  // namespace session
