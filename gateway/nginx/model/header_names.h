#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/identity/identity.h"

namespace session::gateway {

// The names of one identity header in nginx's directives.
struct HeaderName {
  std::string name;      // X-Auth-Request-User: as configured
  std::string variable;  // session_user: what auth_request_set keeps it in, without the $
  std::string folded;    // x_auth_request_user: behind $upstream_http_ and $http_
  std::string param;     // X_AUTH_REQUEST_USER: behind HTTP_ in CGI params
};

// x_auth_request_user: as nginx writes a header in its variables.
[[nodiscard]] std::string folded_header(std::string_view name);
// X_AUTH_REQUEST_USER: as CGI writes it, without HTTP_.
[[nodiscard]] std::string param_name(std::string_view name);

// The headers under `identity`, each with a variable of its own that is not in `taken` (names without the $).
// The error is a sentence for the operator about a header that the files can't pass on, because nginx can't
// name it or needs it itself. The names contain letters, digits, - and _ only, so they can't end a directive
// or begin another.
[[nodiscard]] Result<std::vector<HeaderName>, std::string> header_names(
    const IdentitySettings& identity, const std::vector<std::string>& taken);

}  // namespace session::gateway
