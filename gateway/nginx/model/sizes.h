#pragma once

#include <cstdint>
#include <string>

namespace session::gateway {

// Reads a size as nginx writes it: 8k, 1m, 2g, 4096; 0 if it is invalid or absurdly large.
[[nodiscard]] std::uint64_t nginx_size(const std::string& text);

}  // namespace session::gateway
