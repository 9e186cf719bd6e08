#include "core/crypto/random.h"

#include <stdexcept>

#include <openssl/rand.h>

namespace session {
namespace {

class SystemRandom final : public Random {
 public:
  [[nodiscard]] std::string bytes(std::size_t count) const override {
    std::string out(count, '\0');
    if (RAND_priv_bytes(reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(count)) != 1) {
      throw std::runtime_error("OpenSSL: the random generator failed");
    }
    return out;
  }
};

}  // namespace

const Random& system_random() {
  static const SystemRandom random;
  return random;
}

}  // namespace session
