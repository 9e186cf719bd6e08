#pragma once

#include <optional>
#include <string_view>

#include "gateway/http/request.h"

namespace session::gateway {

// Whether a browser sent the request on behalf of another site: Sec-Fetch-Site is cross-site, or Origin (RFC
// 6454, section 7) names another host than Host does. Programs that are no browsers send neither header, and
// pass. nullopt: nothing speaks against the request; else a sentence for the client that says what does.
// Pure.
[[nodiscard]] std::optional<std::string_view> cross_origin(const RequestHeaders& headers);

}  // namespace session::gateway
