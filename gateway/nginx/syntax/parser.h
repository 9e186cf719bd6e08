#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "gateway/nginx/syntax/syntax.h"

namespace session::gateway {

// How deep blocks may lie in each other, in one file.
inline constexpr std::size_t kMaxBlockDepth = 64;

// The directives of one file of an nginx configuration, or the first error in it. `file` is what their places
// say. Reads no other file: an include is a directive like the others. Any bytes may come; pure, thread-safe.
[[nodiscard]] Result<std::vector<Directive>, SyntaxError> parse_nginx(const std::string& file,
                                                                      std::string_view text);

}  // namespace session::gateway
