#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace session {

// Standard base64 with padding (RFC 4648, section 4).
[[nodiscard]] std::string base64(std::string_view bytes);
void append_base64(std::string& out, std::string_view bytes);
// nullopt: base64() has not written the text. Line breaks, missing padding and bits beyond the last byte are
// refused, so that each byte string has one spelling.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);

}  // namespace session
