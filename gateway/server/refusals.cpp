#include "gateway/server/refusals.h"

#include "gateway/endpoints/events.h"
#include "gateway/http/problem.h"

namespace session::gateway {
namespace {

// What a refusal of this request says in its body. A check has none, also one that the configuration does not
// have: nginx takes none.
ProblemBody body_for(const Request& request) {
  const bool is_check =
      request.settings.endpoint() == "auth" || (request.refusal && request.refusal->reason == "no-check");
  return is_check ? ProblemBody::none : ProblemBody::json;
}

}  // namespace

Response refuse_secret(const Request& request, const std::string& listener, Log& log) {
  log.warn(Message::bad_secret,
           "refused a request on {}: its secret (GATEWAY_SECRET, by HTTP X-Gateway-Secret) is {}", listener,
           request.front_secret.value() ? "wrong" : "missing");
  Response response =
      problem(403, "bad-secret", "The request does not carry the secret of this gateway.", body_for(request));
  if (request.method == "HEAD") response.body.clear();
  add_refusal(response.events, response.reason);
  return response;
}

Response refuse_route(const Request& request, const std::string& listener, Log& log) {
  constexpr std::size_t kMaxShown = 64;
  const Refusal& refusal = *request.refusal;
  Response response = problem(refusal.status, refusal.reason, refusal.detail, body_for(request));
  if (refusal.reason == "no-check") {
    log.warn(Message::unknown_check, "refused a request on {}: the configuration has no check '{}'", listener,
             printable(refusal.asked.substr(0, kMaxShown)));
    add_refusal(response.events, response.reason);
  }
  if (!refusal.allow.empty()) response.headers.add("Allow", refusal.allow);
  if (request.method == "HEAD") response.body.clear();
  return response;
}

Response refuse_endpoint(std::string_view name, Log& log) {
  log.warn(Message::unknown_endpoint, "unknown GATEWAY_ENDPOINT: '{}'", printable(name));
  return problem(404, "no-endpoint", "This location is not configured for the session gateway.");
}

}  // namespace session::gateway
