#pragma once

#include <string_view>

#include "gateway/http/request.h"
#include "gateway/http/response.h"

namespace session::gateway {

// Whether a person waits for a page, and not a program for an answer: the method is GET or HEAD, and what the
// browser says of the request (Sec-Fetch-Mode, or else Accept and some others) is that of a navigation. The
// same rules as those of session-gateway-http.conf ($session_wants_json). A front may say the client's method
// in X-Forwarded-Method. Pure.
[[nodiscard]] bool wants_page(const Request& request);

// Makes a refusal a redirect (303) to the login page, with the return address that add_return_address() has
// put into its headers as the value `to` of the query. Pure. REQUIRES: there is a login page.
void lead_to_login(Response& response, std::string_view login_page);

}  // namespace session::gateway
