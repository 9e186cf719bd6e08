#pragma once

#include <string>
#include <string_view>

#include "gateway/http/request.h"
#include "gateway/http/response.h"
#include "gateway/telemetry/log/log.h"

namespace session::gateway {

// The answers to requests that get to no endpoint. `listener`: the address that the request came by, for the
// log.

// The request does not carry its listener's secret.
[[nodiscard]] Response refuse_secret(const Request& request, const std::string& listener, Log& log);
// The codec has found no endpoint for it. REQUIRES: request.refusal is there.
[[nodiscard]] Response refuse_route(const Request& request, const std::string& listener, Log& log);
// It names an endpoint that there is not.
[[nodiscard]] Response refuse_endpoint(std::string_view name, Log& log);

}  // namespace session::gateway
