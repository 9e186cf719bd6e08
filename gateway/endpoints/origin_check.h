#pragma once

#include <optional>
#include <string_view>

#include "gateway/http/request.h"

namespace session::gateway {

// Detects that a browser sent the request on behalf of another site: Sec-Fetch-Site is cross-site, or Origin
// (RFC 6454, section 7) names another host than Host does. Clients other than browsers send neither header,
// and pass. nullopt: the request is not cross-origin; else a sentence for the client that names the reason.
// Pure.
[[nodiscard]] std::optional<std::string_view> cross_origin(const RequestHeaders& headers);

}  // namespace session::gateway
