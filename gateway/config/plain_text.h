#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace session::gateway {

// The offset of the first byte that is not text: invalid UTF-8 (RFC 3629), or a control character other than
// tab, line feed and carriage return. nullopt: everything is text.
[[nodiscard]] std::optional<std::size_t> first_not_text(std::string_view text);

}  // namespace session::gateway
