#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/identity/identity.h"
#include "gateway/config/identity_header.h"

namespace session::gateway {

// The names of one identity header in nginx's directives.
struct HeaderName {
  std::string name;      // as configured: X-Auth-Request-User
  std::string variable;  // for auth_request_set, without the $: session_user
  std::string folded;    // behind $upstream_http_ and $http_: x_auth_request_user
  std::string param;     // behind HTTP_ in CGI params: X_AUTH_REQUEST_USER
};

// Returns a header's name as CGI params have it, without HTTP_: X_AUTH_REQUEST_USER.
[[nodiscard]] std::string param_name(std::string_view name);

// Returns the headers under `identity`, each with a variable of its own that is not in `taken` (names without
// the $). The error is a text for the operator about a header that the configuration refuses, too
// (identity_header_objection). The names contain letters, digits, - and _ only, so they can't inject a
// directive.
[[nodiscard]] Result<std::vector<HeaderName>, std::string> header_names(
    const IdentitySettings& identity, const std::vector<std::string>& taken);

}  // namespace session::gateway
