#pragma once

#include <array>
#include <string_view>

namespace session {

// SHA-256 (FIPS 180-4) of two byte strings one after the other. Thread-safe.
[[nodiscard]] std::array<char, 32> sha256(std::string_view first, std::string_view second = {});

}  // namespace session
