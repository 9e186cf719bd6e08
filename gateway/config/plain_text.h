#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace session::gateway {

// Where `text` stops being text: the offset of the first byte that is not well-formed UTF-8 (RFC 3629), or is
// a control character other than tab, line feed and carriage return. nullopt: all of it is text.
[[nodiscard]] std::optional<std::size_t> first_not_text(std::string_view text);

}  // namespace session::gateway
