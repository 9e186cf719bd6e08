#include "core/json/json.h"
#include "gateway/endpoints/endpoint.h"
#include "gateway/http/problem.h"

namespace session::gateway {
namespace {

Response answer(const Json& members) {
  Response response{200, {}, {}};
  response.headers.add("Content-Type", "application/json");
  response.headers.add("Cache-Control", "no-store");
  response.body = to_text(members) + "\n";
  return response;
}

Response status(std::string_view word) { return answer({{"status", word}}); }

}  // namespace

// Reports that the process serves requests. It checks nothing else.
Task<Boxed<Response>> health_endpoint(const Request&, Services&) { co_return status("ok"); }

// Reports whether the store performs every operation that requests need (SessionManager::probe_store). A
// store in trouble is not tried: it serves checks, and whether that is enough is for
// `store.memory.on_disk_error` to say.
Task<Boxed<Response>> ready_endpoint(const Request&, Services& services) {
  const std::string_view trouble = services.store_trouble.now();
  if (!trouble.empty()) {
    if (services.store_trouble.then == OnDiskError::refuse) co_return unavailable(trouble);
    co_return answer({{"status", "ready"}, {"degraded", trouble}});
  }
  auto works = co_await services.sessions.probe_store();
  if (!works) co_return unavailable(works.error());
  if (!*works) co_return unavailable(StoreFailure(StoreFailure::Kind::unavailable, "the store lost a probe"));
  co_return status("ready");
}

}  // namespace session::gateway
