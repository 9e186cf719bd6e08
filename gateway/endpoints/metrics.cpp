#include "gateway/endpoints/endpoint.h"
#include "gateway/http/problem.h"

namespace session::gateway {

// Returns the metrics for Prometheus (text exposition format 0.0.4).
Task<Boxed<Response>> metrics_endpoint(const Request& request, Services& services) {
  if (request.method != "GET" && request.method != "HEAD") {
    Response response = problem(405, "method-not-allowed", "This place answers GET and HEAD.");
    response.headers.add("Allow", "GET, HEAD");
    co_return response;
  }
  Response response{200, {}, {}};
  response.headers.add("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
  response.headers.add("Cache-Control", "no-store");
  response.body = services.telemetry.render_metrics();
  co_return response;
}

}  // namespace session::gateway
