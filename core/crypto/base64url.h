#pragma once

#include <string>
#include <string_view>

namespace session {

// base64url without padding (RFC 4648, section 5).
[[nodiscard]] std::string base64url(std::string_view bytes);
void append_base64url(std::string& out, std::string_view bytes);

// Whether every character belongs to the base64url alphabet.
[[nodiscard]] bool is_base64url(std::string_view text) noexcept;

}  // namespace session
