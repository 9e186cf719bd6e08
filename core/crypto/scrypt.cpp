#include "core/crypto/scrypt.h"

#include <string>
#include <utility>

#include <openssl/evp.h>

namespace session {
namespace {

constexpr std::uint64_t kMaxMemory = std::uint64_t{1} << 30;
constexpr unsigned kMaxCost = 24;
constexpr unsigned kMaxBlock = 64;
constexpr unsigned kMaxParallel = 8;
constexpr std::size_t kKeyBytes = 32;
// OpenSSL counts some more than the table.
constexpr std::uint64_t kMemoryBeside = std::uint64_t{1} << 20;

}  // namespace

bool ScryptCost::is_bearable() const {
  const bool valid = cost >= 1 && cost <= kMaxCost && block >= 1 && block <= kMaxBlock && parallel >= 1 &&
                     parallel <= kMaxParallel;
  return valid && memory() <= kMaxMemory;
}

std::optional<Secret> scrypt(const Secret& password, std::string_view salt, ScryptCost cost) {
  std::string key(kKeyBytes, '\0');
  const std::string_view text = password.reveal();
  const int done =
      EVP_PBE_scrypt(text.data(), text.size(), reinterpret_cast<const unsigned char*>(salt.data()),
                     salt.size(), std::uint64_t{1} << cost.cost, cost.block, cost.parallel,
                     cost.memory() + kMemoryBeside, reinterpret_cast<unsigned char*>(key.data()), key.size());
  if (done != 1) return std::nullopt;
  return Secret(std::move(key));
}

}  // namespace session
