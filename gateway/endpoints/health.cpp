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

// The process serves; nothing else is asked.
Task<Response> health_endpoint(const Request&, Services&) { co_return status("ok"); }

// The store does all that requests ask of it. Asked by doing it, as a store may well answer a ping, or reads,
// and refuse the rest.
Task<Response> ready_endpoint(const Request&, Services& services) {
  const std::string key = services.sessions.spare_key();
  Bytes probe("ready");
  auto created = co_await services.store.create(key, probe, seconds(10));
  if (!created) co_return unavailable(created.error());
  auto loaded = co_await services.store.load(key);
  if (!loaded) co_return unavailable(loaded.error());
  auto erased = co_await services.store.erase_if(key, probe);
  if (!erased) co_return unavailable(erased.error());
  const bool held = *created == CreateOutcome::created && *loaded && (*loaded)->bytes == probe &&
                    *erased == EraseIfOutcome::erased;
  if (!held) co_return unavailable(StoreFailure(StoreFailure::Kind::unavailable, "the store lost a probe"));
  co_return status("ready");
}

}  // namespace session::gateway
