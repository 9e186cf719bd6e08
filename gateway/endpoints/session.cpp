#include <algorithm>

#include "core/base/text.h"
#include "gateway/endpoints/action_policy.h"
#include "gateway/endpoints/apply_actions.h"
#include "gateway/endpoints/endpoint.h"
#include "gateway/endpoints/origin_check.h"
#include "gateway/endpoints/session_refusals.h"
#include "gateway/http/problem.h"

namespace session::gateway {
namespace {

ActionTexts header_texts(const RequestHeaders& headers) {
  const auto all = [&](std::string_view name) {
    const auto values = headers.all(name);
    return std::vector<std::string_view>(values.begin(), values.end());
  };
  return {.set = all("X-Session-Set"),
          .unset = all("X-Session-Unset"),
          .destroy = all("X-Session-Destroy"),
          .regenerate = all("X-Session-Regenerate"),
          .flush = all("X-Session-Flush"),
          .lifetime = all("X-Session-Lifetime")};
}

bool any_text(const std::vector<std::string_view>& texts) {
  return std::any_of(texts.begin(), texts.end(),
                     [](std::string_view text) { return !trimmed(text).empty(); });
}

bool wants_actions(const Request& request) {
  const ActionTexts texts = header_texts(request.headers);
  return any_text(texts.set) || any_text(texts.unset) || any_text(texts.destroy) ||
         any_text(texts.regenerate) || any_text(texts.flush) || any_text(texts.lifetime) ||
         request.body.find_first_not_of(" \t\r\n") != std::string::npos;
}

// Returns the attributes that this location exposes, as JSON.
std::string exposed(const Json& attributes, const LocationSettings& settings) {
  if (!settings.expose()) return to_text(attributes);
  Json shown = Json::object();
  for (std::string_view rest = *settings.expose(); !rest.empty();) {
    const std::string name(take_item(rest, ','));
    if (const auto found = attributes.find(name); found != attributes.end()) shown[name] = *found;
  }
  return to_text(shown);
}

Response attributes_response(Session& session, const Request& request) {
  Response response{200, {}, {}};
  response.headers.add("Content-Type", "application/json");
  response.headers.add("Cache-Control", "no-store");
  response.body = exposed(session.attributes(), request.settings) + "\n";
  return response;
}

Response method_not_allowed(std::string_view detail) {
  Response response = problem(405, "method-not-allowed", detail);
  response.headers.add("Allow", "GET, HEAD, POST, DELETE");
  return response;
}

Task<Boxed<Response>> show(const Request& request, Services& services) {
  if (wants_actions(request)) co_return method_not_allowed("Actions need POST or DELETE.");
  const auto cookies = request.headers.all("Cookie");
  auto opened = co_await services.sessions.open(cookies, request.settings.touch());
  if (!opened) co_return session_unavailable(opened.error(), services.telemetry.log());
  if (!opened->session) co_return no_session(*opened, services.telemetry);
  Response response = attributes_response(*opened->session, request);
  if (const auto cookie = opened->session->set_cookie()) response.headers.add("Set-Cookie", *cookie);
  add_changes(response.events, opened->session->history());
  co_return response;
}

// Returns the request's actions, or the response that refuses them.
Result<Actions, Response> permitted_actions(const Request& request, bool destroy) {
  if (const auto why = cross_origin(request.headers, request.settings.scheme()))
    return denied("cross-origin", *why);
  auto headers = parse_actions(header_texts(request.headers));
  if (!headers) return problem(400, "bad-actions", headers.error().text);
  auto body = parse_actions(request.body);
  if (!body) return problem(400, "bad-actions", body.error().text);
  Actions actions = merged(std::move(*headers), std::move(*body));
  actions.destroy |= destroy;
  if (const auto text = contradiction(actions); !text.empty()) return problem(400, "bad-actions", text);
  if (const auto why = not_allowed(actions, request.settings.allow())) {
    return denied("not-allowed", *why);
  }
  return actions;
}

Response response_to(ActionOutcome& outcome, const Request& request, bool deleted, Log& log) {
  if (auto* done = std::get_if<Done>(&outcome)) {
    Response response = attributes_response(done->session, request);
    if (deleted) {
      response.status = 204;
      response.body.clear();
    }
    return response;
  }
  if (std::holds_alternative<EndedOthers>(outcome)) {
    Response response{204, {}, {}};
    response.headers.add("Cache-Control", "no-store");
    return response;
  }
  if (const auto* none = std::get_if<NoSession>(&outcome)) return refused(none->reason);
  const auto& failure = std::get<WriteFailure>(outcome);
  return failure.kind == WriteFailure::Kind::store ? session_unavailable(failure.store, log)
                                                   : not_written(failure);
}

Task<Boxed<Response>> change(const Request& request, Services& services, bool deleted) {
  auto actions = permitted_actions(request, deleted);
  if (!actions) co_return actions.error();
  const auto cookies = request.headers.all("Cookie");
  ActionSource source = source_of(request, cookies, services);
  Applied applied = co_await apply_actions(std::move(*actions), std::move(source), services);
  Response response = response_to(applied.outcome, request, deleted, services.telemetry.log());
  for (const std::string& cookie : applied.set_cookies) response.headers.add("Set-Cookie", cookie);
  co_return with_events(std::move(response), std::move(applied.events));
}

}  // namespace

// Returns the session as JSON (GET, HEAD), or applies the actions that the location allows (POST, DELETE).
Task<Boxed<Response>> session_endpoint(const Request& request, Services& services) {
  const std::string_view method = request.method;
  if (method == "GET" || method == "HEAD") co_return co_await show(request, services);
  if (method == "POST" || method == "DELETE")
    co_return co_await change(request, services, method == "DELETE");
  co_return method_not_allowed("This endpoint accepts GET, HEAD, POST and DELETE.");
}

}  // namespace session::gateway
