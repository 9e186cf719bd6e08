#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"
#include "gateway/config/settings.h"

namespace session::gateway {

// The place that an address names: /path or unix:/path, 127.0.0.1:9000 or tcp:127.0.0.1:9000, with brackets
// around IPv6. By the reader of `listen`; the error is what that says of it.
[[nodiscard]] Result<Listen, std::string> parse_listen_address(std::string_view text);

// Whether requests to the one arrive at the other.
[[nodiscard]] bool same_place(const Listen& a, const Listen& b);

}  // namespace session::gateway
