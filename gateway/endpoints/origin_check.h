#pragma once

#include <optional>
#include <string_view>

#include "gateway/http/request.h"

namespace session::gateway {

// Detects that a browser sent the request on behalf of another site or origin. nullopt: the request is not
// cross-origin; else a sentence for the client that names the reason.
//
// - Sec-Fetch-Site (which no script can set) decides if all that came say `same-origin`: the request passes,
//   whatever Host and Origin say, because a proxy may have rewritten Host, and a page without referrers sends
//   `Origin: null`. If one says `cross-site`, the request is cross-origin.
// - Otherwise each Origin (RFC 6454, section 7) must name the host of Host, and its port; `scheme` as well,
// if
//   the front gave one. If neither the scheme nor a port in Host is given, ports are not compared.
// - A request without Origin passes unless Sec-Fetch-Site says `same-site`, which a browser says of another
//   origin only. Clients other than browsers send neither header.
//
// Pure.
[[nodiscard]] std::optional<std::string_view> cross_origin(const RequestHeaders& headers,
                                                           std::string_view scheme);

}  // namespace session::gateway
