#pragma once

#include <string>
#include <string_view>

namespace session {

// Conversions of cookie values as applications on Node.js do them.

// Decodes a value as Node and the npm package cookie do: removes the quotes around it, and percent-decodes
// it. A value that can't be decoded is returned without its quotes only. The result is always UTF-8; bytes
// beyond ASCII that are not percent-encoded count as Latin-1.
[[nodiscard]] std::string decoded_cookie(std::string_view value);
// Percent-encodes a text as JavaScript's encodeURIComponent does.
[[nodiscard]] std::string encoded_cookie(std::string_view text);

}  // namespace session
