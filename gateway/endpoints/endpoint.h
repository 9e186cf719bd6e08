#pragma once

#include "core/base/boxed.h"
#include "gateway/http/request.h"
#include "gateway/http/response.h"
#include "gateway/realm/services.h"

namespace session::gateway {

// Answers one request. The response is boxed, because it passes through several coroutines. The request and
// the services must outlive the task. Errors are responses too: an endpoint throws only for bugs.
using Endpoint = Task<Boxed<Response>> (*)(const Request& request, Services& services);

Task<Boxed<Response>> auth_endpoint(const Request& request, Services& services);
Task<Boxed<Response>> session_endpoint(const Request& request, Services& services);
Task<Boxed<Response>> sessions_endpoint(const Request& request, Services& services);
Task<Boxed<Response>> commit_endpoint(const Request& request, Services& services);
Task<Boxed<Response>> admin_endpoint(const Request& request, Services& services);
Task<Boxed<Response>> console_endpoint(const Request& request, Services& services);
Task<Boxed<Response>> health_endpoint(const Request& request, Services& services);
Task<Boxed<Response>> ready_endpoint(const Request& request, Services& services);
Task<Boxed<Response>> metrics_endpoint(const Request& request, Services& services);

}  // namespace session::gateway
