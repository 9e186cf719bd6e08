#include "core/crypto/mac.h"

#include <stdexcept>
#include <string>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

namespace session {
namespace {

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// Throws, because OpenSSL fails here only for lack of memory or in a broken installation: these are bugs or
// start-up errors.
template <class T>
T* require(T* object, const char* what) {
  if (object == nullptr) throw std::runtime_error(std::string("OpenSSL: no ") + what);
  return object;
}

void require(int result, const char* what) {
  if (result <= 0) throw std::runtime_error(std::string("OpenSSL: ") + what + " failed");
}

OSSL_PARAM octets(const char* name, std::string_view value) {
  return OSSL_PARAM_construct_octet_string(name, const_cast<char*>(value.data()), value.size());
}

OSSL_PARAM sha256() {
  static char digest[] = "SHA256";
  return OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0);
}

}  // namespace

void Mac::Free::operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }

Mac::Mac(const Secret& key) {
  const std::unique_ptr<EVP_MAC, decltype(&EVP_MAC_free)> mac(
      require(EVP_MAC_fetch(nullptr, "HMAC", nullptr), "HMAC"), EVP_MAC_free);
  context_.reset(require(EVP_MAC_CTX_new(mac.get()), "HMAC context"));
  const OSSL_PARAM params[] = {sha256(), OSSL_PARAM_construct_end()};
  require(EVP_MAC_init(context_.get(), bytes_of(key.reveal()), key.size(), params), "HMAC key");
}

Mac::Tag Mac::tag(std::string_view text) {
  Tag tag;
  std::size_t size = 0;
  // A null key restarts the context with its current key.
  require(EVP_MAC_init(context_.get(), nullptr, 0, nullptr), "HMAC restart");
  require(EVP_MAC_update(context_.get(), bytes_of(text), text.size()), "HMAC update");
  require(EVP_MAC_final(context_.get(), reinterpret_cast<unsigned char*>(tag.data()), &size, tag.size()),
          "HMAC final");
  return tag;
}

Secret derive_key(const Secret& secret, std::string_view salt, std::string_view purpose) {
  const std::unique_ptr<EVP_KDF, decltype(&EVP_KDF_free)> kdf(
      require(EVP_KDF_fetch(nullptr, "HKDF", nullptr), "HKDF"), EVP_KDF_free);
  const std::unique_ptr<EVP_KDF_CTX, decltype(&EVP_KDF_CTX_free)> context(
      require(EVP_KDF_CTX_new(kdf.get()), "HKDF context"), EVP_KDF_CTX_free);
  const OSSL_PARAM params[] = {sha256(), octets(OSSL_KDF_PARAM_KEY, secret.reveal()),
                               octets(OSSL_KDF_PARAM_SALT, salt), octets(OSSL_KDF_PARAM_INFO, purpose),
                               OSSL_PARAM_construct_end()};
  std::string key(32, '\0');
  require(EVP_KDF_derive(context.get(), reinterpret_cast<unsigned char*>(key.data()), key.size(), params),
          "HKDF");
  return Secret(std::move(key));
}

}  // namespace session
