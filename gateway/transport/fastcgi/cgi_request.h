#pragma once

#include <string_view>

#include "gateway/http/request.h"
#include "gateway/transport/fastcgi/params.h"
#include "gateway/transport/fastcgi/role.h"

namespace session::gateway {

// Takes one CGI param (RFC 3875, section 4.1) into the request. This is FastCGI's rule of trust, and the only
// place of it:
//
// - HTTP_* are the client's headers. No client can set a param of another name, so a header called
//   Gateway-Allow or Session-Set comes as HTTP_GATEWAY_ALLOW or HTTP_SESSION_SET, and controls nothing.
// - REQUEST_METHOD, REQUEST_URI, CONTENT_LENGTH, CONTENT_TYPE and QUERY_STRING are the client's, too. Only
// the
//   first two are read: the body ends where the protocol says.
// - All others are the front's. Read are GATEWAY_SECRET (FrontSecret), the other GATEWAY_* and REQUEST_SCHEME
//   (LocationSettings), SESSION_* (FrontActions), REMOTE_ADDR and REQUEST_ID (Client), and DOCUMENT_URI
//   (Request::resource).
//
// Of a param that comes several times the first counts; headers, secret, settings, action texts and statuses
// take them all. What the request views is the caller's.
void add_param(Request& request, std::string_view name, std::string_view value);

// Takes all params of a request. An authorizer's request is a check, so its endpoint is `auth` whatever
// GATEWAY_ENDPOINT says, and without a GATEWAY_REQUIRE it requires `login`: lighttpd and Apache ask for
// whole folders, and what their configuration forgets to say must not open these to sessions of nobody.
void add_params(Request& request, const Params& params, Role role);

}  // namespace session::gateway
