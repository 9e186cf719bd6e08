#include "core/authz/check.h"
#include "core/cookie/cookie_header.h"
#include "gateway/endpoints/corrupt_record.h"
#include "gateway/endpoints/endpoint.h"
#include "gateway/endpoints/events.h"
#include "gateway/endpoints/login_redirect.h"
#include "gateway/endpoints/return_address.h"
#include "gateway/endpoints/unknown_rule.h"
#include "gateway/http/problem.h"

namespace session::gateway {
namespace {

// Returns the Cookie header without the session cookies. That includes legacy cookies: such a cookie names
// its session until the migrated session ends.
std::string other_cookies(const RequestCookies& cookies, const SessionManager& sessions) {
  return cookies.without([&](std::string_view name) { return sessions.names_sessions(name); });
}

// Sends the session's owner to the application, and the Cookie header without the session cookies, so that
// the application need not receive them.
Response passed(const Request& request, const Pass& pass, std::string_view other_cookies) {
  constexpr std::size_t kOthers = 64;  // what the lines below say besides
  Response response{204, {}, {}};
  if (request.wants_subject) response.subject = pass.summary->subject.value_or("");
  const std::string& identity = pass.summary->identity;
  response.headers.reserve(identity.size() + other_cookies.size() + kOthers);
  response.headers.add_lines(identity);
  response.headers.add("X-Session-Cookie", other_cookies);
  response.headers.add_lines("Cache-Control: no-store\r\n");
  if (pass.stale) response.headers.add("X-Session-Stale", "1");
  if (pass.set_cookie) response.headers.add("Set-Cookie", *pass.set_cookie);
  add_changes(response.events, pass.history);
  return response;
}

Response login_needed(const Request& request, const LoginNeeded& login, WorkerTelemetry& telemetry) {
  warn_of_corrupt_record(login.corrupt_record, telemetry);
  Response response = refused(login.reason, ProblemBody::none);
  add_return_address(response.headers, request);
  if (!request.settings.login_page().empty() && wants_page(request))
    lead_to_login(response, request.settings.login_page());
  add_changes(response.events, login.history);
  add_refusal(response.events, login.reason, login.name, login.subject);
  return response;
}

Response forbidden(const Forbidden& result, Log& log) {
  if (result.unknown_rule) warn_of_unknown_rule(result.rule, log);
  Response response = problem(403, "forbidden", "The session does not satisfy the rules of this location.",
                              ProblemBody::none);
  add_changes(response.events, result.history);
  add_refusal(response.events, response.reason, result.name, result.subject);
  return response;
}

Response store_failed(const StoreFailure& failure, Log& log) {
  log.error(Message::check_without_store, "an auth check failed in the store: {}", failure.detail);
  return unavailable(failure, ProblemBody::none);
}

using Opened = Result<SessionManager::Opened, StoreFailure>;

Task<Boxed<Response>> answer(const Request& request, Services& services, Task<Opened> asked,
                             std::string other_cookies) {
  Opened opened = co_await std::move(asked);
  const CheckResult result =
      decide(opened, request.settings.require(), services.rules, services.sessions.clock());
  if (const auto* pass = std::get_if<Pass>(&result)) co_return passed(request, *pass, other_cookies);
  Log& log = services.telemetry.log();
  if (const auto* login = std::get_if<LoginNeeded>(&result))
    co_return login_needed(request, *login, services.telemetry);
  if (const auto* denied = std::get_if<Forbidden>(&result)) co_return forbidden(*denied, log);
  co_return store_failed(std::get<Unavailable>(result).failure, log);
}

}  // namespace

// Answers auth_request, always without a body and never with 200, so that nginx can keep the connection. Not
// a coroutine: what is read of the cookies is not kept while the store is asked.
Task<Boxed<Response>> auth_endpoint(const Request& request, Services& services) {
  const auto headers = request.headers.all("Cookie");
  const RequestCookies cookies(headers);
  const CheckRequest check_request{headers, request.settings.require(), request.settings.touch()};
  auto asked = services.sessions.open(cookies, terms_of(check_request, services.rules));
  return answer(request, services, std::move(asked), other_cookies(cookies, services.sessions));
}

}  // namespace session::gateway
