#pragma once

#include <array>
#include <string>
#include <string_view>

namespace session {

// base64url without padding (RFC 4648, section 5).
[[nodiscard]] std::string base64url(std::string_view bytes);
void append_base64url(std::string& out, std::string_view bytes);
// Encodes 32 bytes, the size of MACs and digests, without a heap allocation.
using Base64urlOf32 = std::array<char, 43>;
[[nodiscard]] Base64urlOf32 base64url_of_32(const std::array<char, 32>& bytes) noexcept;

// Whether every character belongs to the base64url alphabet.
[[nodiscard]] bool is_base64url(std::string_view text) noexcept;

}  // namespace session
