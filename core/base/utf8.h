#pragma once

#include <cstddef>
#include <string_view>

namespace session {

// The number of bytes of the first character of `text`. 0 if the text is empty or does not begin with
// well-formed UTF-8 (RFC 3629, section 4), as with an overlong form, a surrogate, a code point beyond
// U+10FFFF or a truncated character.
[[nodiscard]] std::size_t character_length(std::string_view text);

// Whether the whole text is well-formed UTF-8. The empty text is.
[[nodiscard]] bool is_utf8(std::string_view text);

}  // namespace session
