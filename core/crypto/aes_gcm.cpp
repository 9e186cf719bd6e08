#include "core/crypto/aes_gcm.h"

#include <stdexcept>

#include <openssl/evp.h>

namespace session {
namespace {

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

void require(bool done) {
  if (!done) throw std::runtime_error("OpenSSL: AES-256-GCM failed");
}

int size_of(std::string_view text) { return static_cast<int>(text.size()); }

}  // namespace

void AesGcm::Free::operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }

AesGcm::AesGcm(const Secret& key) : context_(EVP_CIPHER_CTX_new()), key_(key) {
  require(context_ != nullptr && key_.size() == kKeyBytes);
}

std::string AesGcm::seal(std::string_view nonce, std::string_view context, std::string_view plain) {
  require(nonce.size() == kNonceBytes);
  int length = 0;
  require(EVP_EncryptInit_ex2(context_.get(), EVP_aes_256_gcm(), bytes_of(key_.reveal()), bytes_of(nonce),
                              nullptr) == 1);
  require(EVP_EncryptUpdate(context_.get(), nullptr, &length, bytes_of(context), size_of(context)) == 1);
  std::string sealed(plain.size() + kTagBytes, '\0');
  require(EVP_EncryptUpdate(context_.get(), bytes_of(sealed), &length, bytes_of(plain), size_of(plain)) == 1);
  unsigned char* const end = bytes_of(sealed) + length;
  require(EVP_EncryptFinal_ex(context_.get(), end, &length) == 1);
  require(EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_GET_TAG, kTagBytes, end) == 1);
  return sealed;
}

std::optional<std::string> AesGcm::open(std::string_view nonce, std::string_view context,
                                        std::string_view sealed) {
  require(nonce.size() == kNonceBytes);
  if (sealed.size() < kTagBytes) return std::nullopt;
  const std::string_view hidden = sealed.substr(0, sealed.size() - kTagBytes);
  std::string tag(sealed.substr(hidden.size()));
  int length = 0;
  require(EVP_DecryptInit_ex2(context_.get(), EVP_aes_256_gcm(), bytes_of(key_.reveal()), bytes_of(nonce),
                              nullptr) == 1);
  require(EVP_DecryptUpdate(context_.get(), nullptr, &length, bytes_of(context), size_of(context)) == 1);
  std::string plain(sealed.size(), '\0');
  require(EVP_DecryptUpdate(context_.get(), bytes_of(plain), &length, bytes_of(hidden), size_of(hidden)) ==
          1);
  require(EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_SET_TAG, kTagBytes, tag.data()) == 1);
  if (EVP_DecryptFinal_ex(context_.get(), bytes_of(plain) + length, &length) != 1) return std::nullopt;
  plain.resize(hidden.size());
  return plain;
}

}  // namespace session
