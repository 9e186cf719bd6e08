#pragma once

#include <array>
#include <string>
#include <string_view>

namespace session {

// SHA-256 (FIPS 180-4) of two byte strings one after the other. Thread-safe.
[[nodiscard]] std::array<char, 32> sha256(std::string_view first, std::string_view second = {});

// Lower-case hexadecimal MD5 (RFC 1321) of two byte strings one after the other: for names that others have
// made by it, and never to keep anything secret. Thread-safe.
[[nodiscard]] std::string md5_hex(std::string_view first, std::string_view second = {});

}  // namespace session
