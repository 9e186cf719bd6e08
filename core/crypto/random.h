#pragma once

#include <string>

namespace session {

// A source of unpredictable bytes. Thread-safe. Tests inject a fixed sequence.
class Random {
 public:
  virtual ~Random() = default;
  // Returns `count` bytes. Throws std::runtime_error if the source fails: an id that can be guessed is worse
  // than no id.
  [[nodiscard]] virtual std::string bytes(std::size_t count) const = 0;
};

// OpenSSL's generator for secret values.
[[nodiscard]] const Random& system_random();

}  // namespace session
