#pragma once

#include "gateway/http/request.h"
#include "gateway/http/response.h"
#include "gateway/realm/services.h"

namespace session::gateway {

// Answers one request. The request and the services must outlive the task. Errors are responses too: an
// endpoint throws only for bugs.
using Endpoint = Task<Response> (*)(const Request& request, Services& services);

Task<Response> auth_endpoint(const Request& request, Services& services);
Task<Response> session_endpoint(const Request& request, Services& services);
Task<Response> sessions_endpoint(const Request& request, Services& services);
Task<Response> commit_endpoint(const Request& request, Services& services);
Task<Response> admin_endpoint(const Request& request, Services& services);
Task<Response> console_endpoint(const Request& request, Services& services);
Task<Response> health_endpoint(const Request& request, Services& services);
Task<Response> ready_endpoint(const Request& request, Services& services);
Task<Response> metrics_endpoint(const Request& request, Services& services);

}  // namespace session::gateway
