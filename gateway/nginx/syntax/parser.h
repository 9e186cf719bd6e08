#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "gateway/nginx/syntax/syntax.h"

namespace session::gateway {

// The limit on nested blocks in one file.
inline constexpr std::size_t kMaxBlockDepth = 64;

// Parses the text of one file into directives, or returns the first error. `file` is the name in their
// places. Reads no other file: an include is a plain directive. Accepts any bytes. Pure, thread-safe.
[[nodiscard]] Result<std::vector<Directive>, SyntaxError> parse_nginx(const std::string& file,
                                                                      std::string_view text);

}  // namespace session::gateway
