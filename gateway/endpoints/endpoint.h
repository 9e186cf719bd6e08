#pragma once

#include <string_view>

#include "gateway/http/request.h"
#include "gateway/http/response.h"
#include "gateway/realm/services.h"

namespace session::gateway {

// Answers one request. The request and the services outlive the task. Errors are answers, too: an endpoint
// throws only for bugs.
using Endpoint = Task<Response> (*)(const Request& request, Services& services);

// The endpoint of that name (LocationSettings::endpoint); nullptr if there is none.
[[nodiscard]] Endpoint find_endpoint(std::string_view name);
Task<Response> auth_endpoint(const Request& request, Services& services);
Task<Response> session_endpoint(const Request& request, Services& services);
Task<Response> commit_endpoint(const Request& request, Services& services);
Task<Response> health_endpoint(const Request& request, Services& services);
Task<Response> ready_endpoint(const Request& request, Services& services);
Task<Response> metrics_endpoint(const Request& request, Services& services);

}  // namespace session::gateway
