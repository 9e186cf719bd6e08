#include "core/base/text.h"
#include "gateway/endpoints/application_commit.h"
#include "gateway/endpoints/application_status.h"
#include "gateway/endpoints/apply_actions.h"
#include "gateway/endpoints/endpoint.h"
#include "gateway/endpoints/redirect_target.h"
#include "gateway/http/problem.h"

namespace session::gateway {
namespace {

Response onward(std::string_view location) {
  Response response{location.empty() ? 204 : 303, {}, {}};
  if (!location.empty()) response.headers.add("Location", location);
  response.headers.add("Cache-Control", "no-store");
  return response;
}

void warn_of_refusal(std::string_view text, Log& log) {
  log.warn(Message::commit_refused, "an application's session headers were refused: {}", text);
}

Response refused_commit(std::string_view text, Log& log) {
  warn_of_refusal(text, log);
  return problem(400, "bad-actions", text);
}

Response not_allowed_here(Log& log) {
  warn_of_refusal("the location that the request came from may not commit (GATEWAY_COMMIT)", log);
  Response response = problem(403, "commit-not-allowed", "This location may not change sessions.");
  add_refusal(response.events, response.reason);
  return response;
}

Response application_error(int status, std::string_view detail) {
  return problem(status, "application-error", detail);
}

// Returns where the browser goes next; empty: nowhere.
Result<std::string, Response> next_location(const Request& request, const RedirectHosts& hosts, Log& log) {
  const std::string_view location = trimmed(request.front_actions.location.value_or(""));
  if (location.empty()) return std::string();
  auto target = redirect_target(location, hosts);
  if (target) return std::move(*target);
  warn_of_refusal(target.error().text, log);
  return problem(400, "bad-location", "The application named an address that it may not send browsers to.");
}

Response failed_commit(const WriteFailure& failure, Log& log) {
  log.error(Message::commit_not_written, "a commit could not be written: {}", for_log(failure));
  return not_written(failure);
}

// `sets`: the application has set attributes. They are lost if the cookies allow only a login.
Response response_to(const ActionOutcome& outcome, bool sets, std::string_view location, Log& log) {
  if (const auto* failure = std::get_if<WriteFailure>(&outcome)) return failed_commit(*failure, log);
  const auto* none = std::get_if<NoSession>(&outcome);
  if (none != nullptr && sets)
    warn_of_refusal("the request's session can't be changed: " + std::string(to_text(none->reason)), log);
  // A missing session is no error here: a second logout leads to the same page as the first.
  return onward(location);
}

Response with_changes(Response response, Applied applied) {
  for (const std::string& cookie : applied.set_cookies) response.headers.add("Set-Cookie", cookie);
  return with_events(std::move(response), std::move(applied.events));
}

// Answers for an application that failed, with its own status. It changes nothing, with one exception: a wish
// to log out is obeyed, because that lets nobody in, and the user may believe to be logged out.
Task<Boxed<Response>> after_failure(const Request& request, int status, Services& services) {
  Log& log = services.telemetry.log();
  warn_of_refusal("its own answer was an error: " + std::to_string(status), log);
  auto actions = parse_actions(request.front_actions.texts);
  if (!actions || !actions->destroy || !contradiction(*actions).empty())
    co_return application_error(status, "The application failed, so the session was not changed.");
  const auto cookies = request.headers.all("Cookie");
  ActionSource source = source_of(request, cookies, services, SameSubject::login);
  Applied applied = co_await apply_actions(std::move(*actions), std::move(source), services);
  const auto* failure = std::get_if<WriteFailure>(&applied.outcome);
  if (failure != nullptr) (void)failed_commit(*failure, log);
  Response response = application_error(
      status, failure != nullptr ? "The application failed, and the session could not be ended."
                                 : "The application failed. The session has ended, as it wished.");
  co_return with_changes(std::move(response), std::move(applied));
}

}  // namespace

// Applies what an application asked for with response headers, which the front passes on. The application may
// ask for anything, so no location setting limits it. Method, body and headers of the request are the
// client's and are ignored, except the cookie. Whatever is refused changes nothing, but see after_failure().
Task<Boxed<Response>> commit_endpoint(const Request& request, Services& services) {
  if (request.front_actions.in_body) co_return co_await application_commit(request, services);
  Log& log = services.telemetry.log();
  if (!request.settings.may_commit()) co_return not_allowed_here(log);
  const int failed = failed_status(request.front_actions.statuses);
  if (failed != 0) co_return co_await after_failure(request, failed, services);
  auto actions = parse_actions(request.front_actions.texts);
  if (!actions) co_return refused_commit(actions.error().text, log);
  if (const auto text = contradiction(*actions); !text.empty()) co_return refused_commit(text, log);
  const auto location = next_location(request, services.redirect_hosts, log);
  if (!location) co_return location.error();
  const bool sets = !actions->set.empty();
  const auto cookies = request.headers.all("Cookie");
  ActionSource source = source_of(request, cookies, services, SameSubject::login);
  Applied applied = co_await apply_actions(std::move(*actions), std::move(source), services);
  Response response = response_to(applied.outcome, sets, *location, log);
  co_return with_changes(std::move(response), std::move(applied));
}

}  // namespace session::gateway
