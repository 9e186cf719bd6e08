#pragma once

#include "gateway/http/request.h"
#include "gateway/http/response.h"

namespace session::gateway {

// Tells the front of a refused request where the client wanted to go, so that a login page can send it back:
//
//   X-Session-Return      path and query:  /account?tab=2  as  %2Faccount%3Ftab%3D2
//   X-Session-Return-URL  with scheme and host, for login pages of another host; only if both are known
//
// Each is one value for a query: everything but the unreserved characters of RFC 3986 (section 2.3) is
// percent-encoded once, and every parser of queries gives the address back. What the client had encoded
// itself stays encoded within it.
//
// The path begins with exactly one slash, whatever the client asked for: browsers take `//evil.example` and
// `/\evil.example` for another host. Adds nothing if the address is not known, is longer than
// kMaxReturnAddress, or does not begin with a slash. Pure.
inline constexpr std::size_t kMaxReturnAddress = 2048;
void add_return_address(Headers& headers, const Request& request);

}  // namespace session::gateway
