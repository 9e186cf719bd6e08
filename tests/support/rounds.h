#pragma once

#include <cstdint>
#include <cstdlib>
#include <string>

namespace session::test {

// A sanitizer makes every step take many times as long.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

// The number that a variable of the environment holds, such as how many rounds a race has.
inline std::uint64_t number_in(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text != nullptr && *text != '\0' ? std::stoull(text) : otherwise;
}

}  // namespace session::test
