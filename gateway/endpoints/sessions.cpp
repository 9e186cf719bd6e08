#include <array>
#include <utility>

#include "gateway/endpoints/endpoint.h"
#include "gateway/endpoints/events.h"
#include "gateway/endpoints/origin_check.h"
#include "gateway/endpoints/session_info_json.h"
#include "gateway/endpoints/session_refusals.h"
#include "gateway/http/json_response.h"
#include "gateway/http/problem.h"
#include "gateway/http/query.h"

namespace session::gateway {
namespace {

// Which of a user's sessions a DELETE ends.
struct Selection {
  std::optional<std::string> name;
  bool others = false;
  bool all = false;
};

Response no_content() {
  Response response{204, {}, {}};
  response.headers.add("Cache-Control", "no-store");
  return response;
}

void keep_cookie(Response& response, const Session& session) {
  if (const auto cookie = session.set_cookie()) response.headers.add("Set-Cookie", *cookie);
}

// Reads which sessions are to end. Exactly one of the three must be said, because a request that lost its
// query on the way must not mean "all".
Result<Selection, InputProblem> selection_of(std::string_view text) {
  constexpr std::array<std::string_view, 3> kNames = {"name", "others", "all"};
  auto query = Query::parse(text, kNames);
  if (!query) return query.error();
  Selection selection{query->get("name"), query->get("others") == "true", query->get("all") == "true"};
  const int said = int{query->has("name")} + int{query->has("others")} + int{query->has("all")};
  const int meant =
      int{selection.name && !selection.name->empty()} + int{selection.others} + int{selection.all};
  if (said != 1 || meant != 1)
    return InputProblem("Say which sessions end: name=NAME, others=true or all=true.");
  return selection;
}

Task<Response> list(Session session, std::string subject, Services& services) {
  SessionDirectory directory = services.sessions.directory();
  auto sessions = co_await directory.of(std::move(subject));
  if (!sessions) co_return session_unavailable(sessions.error(), services.telemetry.log());
  const std::string own_name = session.log_id();
  Json all = Json::array();
  for (const SessionInfo& info : *sessions) {
    Json json = json_of(info);
    json["current"] = info.name == own_name;
    all.push_back(std::move(json));
  }
  Json body = Json::object();
  body["sessions"] = std::move(all);
  Response response = json_response(body);
  keep_cookie(response, session);
  add_changes(response.events, session.history());
  co_return response;
}

// Ends the session that the request itself belongs to, as a logout does.
Task<Response> end_own(Session& session, Services& services) {
  auto ended = co_await session.destroy();
  Response response = no_content();
  if (!ended && ended.error().kind == WriteFailure::Kind::store)
    response = session_unavailable(ended.error().store, services.telemetry.log());
  for (const std::string& cookie : session.set_cookies()) response.headers.add("Set-Cookie", cookie);
  add_changes(response.events, session.history());
  co_return response;
}

Task<Response> end_selected(Session session, std::string subject, const Selection& selection,
                            Services& services) {
  const std::string own_name = session.log_id();
  auto ending_own = end_own(session, services);
  if (selection.name == own_name) co_return co_await std::move(ending_own);
  SessionDirectory directory = services.sessions.directory();
  auto ending = selection.name ? directory.end(*selection.name, std::move(subject))
                               : directory.end_of(std::move(subject), own_name);
  DirectoryEnded ended = co_await std::move(ending);
  if (ended.failure) {
    Response response = session_unavailable(*ended.failure, services.telemetry.log());
    co_return with_events(std::move(response), std::move(ended.events));
  }
  if (selection.name && ended.events.empty())
    co_return problem(404, "no-such-session", "You have no session of this name. It may have ended.");
  // One's own session ends last: a browser that is told of a failure can then try again.
  Response response = no_content();
  if (selection.all) response = co_await std::move(ending_own);
  if (!selection.all) keep_cookie(response, session);
  co_return with_events(std::move(response), std::move(ended.events));
}

Response wrong_method() {
  Response response = problem(405, "method-not-allowed", "This endpoint accepts GET, HEAD and DELETE.");
  response.headers.add("Allow", "GET, HEAD, DELETE");
  return response;
}

}  // namespace

// Shows a user the own sessions (GET, HEAD), or ends some of them (DELETE). Whose they are is decided by the
// cookie alone.
Task<Response> sessions_endpoint(const Request& request, Services& services) {
  const bool ends = request.method == "DELETE";
  if (!ends && request.method != "GET" && request.method != "HEAD") co_return wrong_method();
  Selection selection;
  if (ends) {
    if (const auto why = cross_origin(request.headers, request.settings.scheme()))
      co_return denied("cross-origin", *why);
    auto read = selection_of(request.query);
    if (!read) co_return problem(400, "bad-query", read.error().text);
    selection = std::move(*read);
  }
  const auto cookies = request.headers.all("Cookie");
  auto opened = co_await services.sessions.open(cookies, request.settings.touch());
  if (!opened) co_return session_unavailable(opened.error(), services.telemetry.log());
  if (!opened->session) co_return no_session(*opened, services.telemetry);
  Session session = std::move(*opened->session);
  if (!session.summary()->subject) co_return refused(RejectReason::absent);
  std::string subject = *session.summary()->subject;
  auto asked = ends ? end_selected(std::move(session), std::move(subject), selection, services)
                    : list(std::move(session), std::move(subject), services);
  co_return co_await std::move(asked);
}

}  // namespace session::gateway
