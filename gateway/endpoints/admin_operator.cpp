#include "gateway/endpoints/admin_operator.h"

#include <utility>

#include "core/authz/check.h"
#include "gateway/endpoints/admin_answers.h"
#include "gateway/endpoints/corrupt_record.h"
#include "gateway/endpoints/unknown_rule.h"
#include "gateway/http/problem.h"

namespace session::gateway {
namespace {

// Whether the rules say who may pass: whoever has just logged in, and is nothing else, does not. That is not
// so of `login`, of a rule on the time of the login alone, and of rules on what is absent.
bool say_who(std::string_view required, const SessionManager& sessions, const RuleSet& rules) {
  static const Json nothing = Json::object();
  const RuleInput anybody{true, []() -> const Json& { return nothing; }, sessions.clock().unix_now(),
                          sessions.clock()};
  return !rules.check(required, anybody).unmet.empty();
}

Response forbidden(std::string_view detail, std::string session = {}, std::string subject = {}) {
  Response response = problem(403, "forbidden", detail);
  add_refusal(response.events, response.reason, std::move(session), std::move(subject));
  return response;
}

Response without_rule(Log& log) {
  log.warn(Message::admin_without_rule,
           "a location names the endpoint admin or console without a rule in GATEWAY_REQUIRE that says who "
           "may use it, so it serves nobody");
  return forbidden("This location has no rule that says who may use it.");
}

Response unmet(const Forbidden& result, Log& log) {
  if (result.unknown_rule) warn_of_unknown_rule(result.rule, log);
  return with_events(
      forbidden("The session does not satisfy the rules of this location.", result.name, result.subject),
      result.history);
}

Response login_needed(const LoginNeeded& login, WorkerTelemetry& telemetry) {
  warn_of_corrupt_record(login.corrupt_record, telemetry);
  Response response = refused(login.reason);
  add_refusal(response.events, login.reason, login.name, login.subject);
  return with_events(std::move(response), login.history);
}

}  // namespace

Task<Result<Operator, Response>> operator_of(const Request& request, Services& services) {
  if (request.operator_user) co_return Operator{"uid:" + std::to_string(*request.operator_user)};
  Log& log = services.telemetry.log();
  if (!say_who(request.settings.require(), services.sessions, services.rules)) co_return without_rule(log);
  const auto cookies = request.headers.all("Cookie");
  const CheckRequest asked{cookies, request.settings.require(), request.settings.touch(), true};
  const CheckResult result = co_await check(asked, services.sessions, services.rules);
  if (const auto* login = std::get_if<LoginNeeded>(&result))
    co_return login_needed(*login, services.telemetry);
  if (const auto* denied = std::get_if<Forbidden>(&result)) co_return unmet(*denied, log);
  if (const auto* outage = std::get_if<Unavailable>(&result))
    co_return admin_store_failed(outage->failure, log);
  const Pass& pass = std::get<Pass>(result);
  if (!pass.summary->subject) {
    Response response = with_events(refused(RejectReason::absent), pass.history);
    if (pass.set_cookie) response.headers.add("Set-Cookie", *pass.set_cookie);
    co_return response;
  }
  co_return Operator{*pass.summary->subject, true, pass.set_cookie.value_or(""), pass.history};
}

Task<Result<std::string, StoreFailure>> own_session(const Request& request, Services& services) {
  const auto cookies = request.headers.all("Cookie");
  auto opened = co_await services.sessions.open(cookies, Touch::off);
  if (!opened) co_return opened.error();
  co_return opened->session ? opened->session->log_id() : std::string();
}

Events ended_by(const Operator& by, Events events) {
  for (SessionEvent& event : events) {
    event.cause = SessionEvent::kAdmin;
    event.actor = by.name;
  }
  return events;
}

}  // namespace session::gateway
