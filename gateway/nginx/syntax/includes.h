#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "gateway/nginx/syntax/syntax.h"

namespace session::gateway {

// Limits for one configuration.
inline constexpr std::size_t kMaxFileBytes = 4 * 1024 * 1024;
inline constexpr std::size_t kMaxBytes = 16 * 1024 * 1024;  // of all files together
inline constexpr std::size_t kMaxFiles = 2000;
inline constexpr std::size_t kMaxBlocks = 20000;  // { } of all files together
inline constexpr std::size_t kMaxIncludeDepth = 32;

// An nginx configuration with each include line replaced by the included directives, as nginx reads it: a
// relative path starts at the directory of the main file; a pattern (* ? [) may match nothing, and its files
// come in the order of their names; a path without a pattern must exist. A file that includes itself,
// directly or not, is an error.
[[nodiscard]] Result<std::vector<Directive>, SyntaxError> load_nginx(const std::string& path);

}  // namespace session::gateway
