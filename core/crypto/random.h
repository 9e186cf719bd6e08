#pragma once

#include <string>

namespace session {

// Where unpredictable bytes come from. Thread-safe. Tests inject a sequence.
class Random {
 public:
  virtual ~Random() = default;
  // That many bytes. Throws std::runtime_error if the source fails: an id that can be guessed is worse than
  // none.
  [[nodiscard]] virtual std::string bytes(std::size_t count) const = 0;
};

// OpenSSL's generator for secret values.
[[nodiscard]] const Random& system_random();

}  // namespace session
