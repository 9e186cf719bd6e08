#include "core/crypto/base64url.h"
#include "core/crypto/random.h"
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

// The store takes writes. Asked by writing, as a store may well answer reads or a ping and refuse those.
Task<Response> ready_endpoint(const Request&, Services& services) {
  const std::string key = "ready:" + base64url(system_random().bytes(24));
  Bytes probe("ready");
  auto created = co_await services.store.create(key, probe, seconds(10));
  if (!created) co_return unavailable(created.error());
  auto erased = co_await services.store.erase(key);
  if (!erased) co_return unavailable(erased.error());
  const bool held = *created == CreateOutcome::created && *erased == EraseOutcome::erased;
  if (!held) co_return unavailable(StoreFailure(StoreFailure::Kind::unavailable, "the store lost a probe"));
  co_return status("ready");
}

}  // namespace session::gateway
