#pragma once

#include <array>
#include <string>
#include <string_view>

namespace session {

// SHA-256 (FIPS 180-4) of the concatenation of two byte strings. Thread-safe.
[[nodiscard]] std::array<char, 32> sha256(std::string_view first, std::string_view second = {});

// MD5 (RFC 1321) of the concatenation of two byte strings, in lower-case hexadecimal. Only for names that
// other software made with MD5; it protects nothing. Thread-safe.
[[nodiscard]] std::string md5_hex(std::string_view first, std::string_view second = {});

}  // namespace session
