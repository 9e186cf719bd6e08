#include "gateway/endpoints/endpoint.h"
#include "gateway/http/problem.h"

namespace session::gateway {
namespace {

Response status(std::string_view word) {
  Response response{200, {}, {}};
  response.headers.add("Content-Type", "application/json");
  response.headers.add("Cache-Control", "no-store");
  response.body = "{\"status\":\"" + std::string(word) + "\"}\n";
  return response;
}

}  // namespace

// Reports that the process serves requests. It checks nothing else.
Task<Boxed<Response>> health_endpoint(const Request&, Services&) { co_return status("ok"); }

// Reports whether the store performs every operation that requests need (SessionManager::probe_store).
Task<Boxed<Response>> ready_endpoint(const Request&, Services& services) {
  auto works = co_await services.sessions.probe_store();
  if (!works) co_return unavailable(works.error());
  if (!*works) co_return unavailable(StoreFailure(StoreFailure::Kind::unavailable, "the store lost a probe"));
  co_return status("ready");
}

}  // namespace session::gateway
