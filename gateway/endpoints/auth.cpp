#include "core/authz/check.h"
#include "core/cookie/cookie_header.h"
#include "gateway/endpoints/corrupt_record.h"
#include "gateway/endpoints/endpoint.h"
#include "gateway/endpoints/events.h"
#include "gateway/http/problem.h"

namespace session::gateway {
namespace {

// The Cookie header without what logs the user in: an old cookie does so, too, while what moved lives.
std::string other_cookies(std::span<const std::string_view> cookies, const SessionManager& sessions) {
  std::string others = without_cookie(cookies, sessions.cookie().name);
  for (const std::string_view name : sessions.legacy_cookie_names()) {
    const std::string_view header = others;
    others = without_cookie({&header, 1}, name);
  }
  return others;
}

// The session's owner to the application, and the rest of the Cookie header, so that the application need not
// see what logs its user in.
Response passed(const Pass& pass, std::span<const std::string_view> cookies, const SessionManager& sessions) {
  Response response{204, {}, {}};
  response.headers.add_lines(pass.summary->identity);
  response.headers.add("X-Session-Cookie", other_cookies(cookies, sessions));
  response.headers.add("Cache-Control", "no-store");
  if (pass.set_cookie) response.headers.add("Set-Cookie", *pass.set_cookie);
  add_changes(response.events, pass.history);
  return response;
}

Response login_needed(const LoginNeeded& verdict, WorkerTelemetry& telemetry) {
  warn_of_corrupt_record(verdict.corrupt_record, telemetry);
  Response response = refused(verdict.reason, ProblemBody::none);
  add_changes(response.events, verdict.history);
  add_refusal(response.events, verdict.reason, verdict.name);
  return response;
}

Response forbidden(const Forbidden& verdict, Log& log) {
  if (verdict.unknown_rule) {
    log.warn(Message::unknown_rule, "GATEWAY_REQUIRE names a rule that the configuration does not have: {}",
             printable(verdict.rule));
  }
  Response response = problem(403, "forbidden", "The session does not satisfy the rules of this location.",
                              ProblemBody::none);
  add_changes(response.events, verdict.history);
  add_refusal(response.events, response.reason, verdict.name, verdict.subject);
  return response;
}

Response store_failed(const StoreFailure& failure, Log& log) {
  log.error(Message::check_without_store, "an auth check failed in the store: {}", failure.detail);
  return unavailable(failure, ProblemBody::none);
}

}  // namespace

// For auth_request: never a body and never a 200, so that nginx can keep the connection.
Task<Response> auth_endpoint(const Request& request, Services& services) {
  const auto cookies = request.headers.all("Cookie");
  const CheckRequest visit{cookies, request.settings.require(), request.settings.touch()};
  const CheckResult verdict = co_await check(visit, services.sessions, services.rules);
  if (const auto* pass = std::get_if<Pass>(&verdict)) {
    co_return passed(*pass, cookies, services.sessions);
  }
  Log& log = services.telemetry.log();
  if (const auto* login = std::get_if<LoginNeeded>(&verdict))
    co_return login_needed(*login, services.telemetry);
  if (const auto* no = std::get_if<Forbidden>(&verdict)) co_return forbidden(*no, log);
  co_return store_failed(std::get<Unavailable>(verdict).failure, log);
}

}  // namespace session::gateway
