#include "core/crypto/digest.h"

#include <memory>
#include <stdexcept>

#include <openssl/evp.h>

#include "core/crypto/hex.h"

namespace session {
namespace {

// Fetched once: looking up the algorithm for each digest costs several times the digest itself.
const EVP_MD* fetched_sha256() {
  static const std::unique_ptr<EVP_MD, decltype(&EVP_MD_free)> md(EVP_MD_fetch(nullptr, "SHA256", nullptr),
                                                                  EVP_MD_free);
  return md.get();
}

EVP_MD_CTX* thread_context() {
  thread_local const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                                     EVP_MD_CTX_free);
  return context.get();
}

}  // namespace

std::array<char, 32> sha256(std::string_view first, std::string_view second) {
  std::array<char, 32> digest;
  EVP_MD_CTX* context = thread_context();
  const bool done =
      EVP_DigestInit_ex(context, fetched_sha256(), nullptr) == 1 &&
      EVP_DigestUpdate(context, first.data(), first.size()) == 1 &&
      EVP_DigestUpdate(context, second.data(), second.size()) == 1 &&
      EVP_DigestFinal_ex(context, reinterpret_cast<unsigned char*>(digest.data()), nullptr) == 1;
  if (!done) throw std::runtime_error("OpenSSL: SHA-256 failed");
  return digest;
}

std::string md5_hex(std::string_view first, std::string_view second) {
  static const std::unique_ptr<EVP_MD, decltype(&EVP_MD_free)> md(EVP_MD_fetch(nullptr, "MD5", nullptr),
                                                                  EVP_MD_free);
  std::array<char, 16> digest{};
  EVP_MD_CTX* context = thread_context();
  const bool done =
      md && EVP_DigestInit_ex(context, md.get(), nullptr) == 1 &&
      EVP_DigestUpdate(context, first.data(), first.size()) == 1 &&
      EVP_DigestUpdate(context, second.data(), second.size()) == 1 &&
      EVP_DigestFinal_ex(context, reinterpret_cast<unsigned char*>(digest.data()), nullptr) == 1;
  if (!done) throw std::runtime_error("OpenSSL: MD5 failed; is it forbidden here (FIPS)?");
  return hex({digest.data(), digest.size()});
}

}  // namespace session
