#include <algorithm>
#include <array>
#include <iterator>
#include <utility>
#include <vector>

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

Task<Boxed<Response>> list(Session session, std::string subject, Services& services) {
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

Response ended(const std::optional<StoreFailure>& failure, Services& services) {
  return failure ? session_unavailable(*failure, services.telemetry.log()) : no_content();
}

// Ends the session that the request itself belongs to, as a logout does. Returns the failure of the store.
Task<std::optional<StoreFailure>> destroy(Session& session) {
  const auto destroyed = co_await session.destroy();
  const bool failed = !destroyed && destroyed.error().kind == WriteFailure::Kind::store;
  co_return failed ? std::optional(destroyed.error().store) : std::nullopt;
}

Task<Boxed<Response>> end_own(Session& session, Services& services) {
  const auto failure = co_await destroy(session);
  co_return ended(failure, services);
}

// Whether the session itself has been ended by this request, under the id that it was opened with.
bool has_ended(const Session& session) {
  const std::vector<SessionEvent>& history = session.history();
  const std::string name = session.log_id();
  return std::any_of(history.begin(), history.end(), [&](const SessionEvent& event) {
    return event.kind == SessionEvent::Kind::destroyed && event.session == name;
  });
}

// One's own session ends last: a browser that is told of a failure can then try again. If it got another id
// meanwhile, and its format leaves no tombstone that names it, only the list of the subject knows it.
Task<Boxed<Response>> end_others(Session& session, std::string subject, bool and_own, Services& services) {
  SessionDirectory directory = services.sessions.directory();
  DirectoryEnded all = co_await directory.end_others(subject, session);
  if (and_own && !all.failure) {
    all.failure = co_await destroy(session);
    if (!all.failure && !has_ended(session)) {
      DirectoryEnded moved = co_await directory.end_of(std::move(subject));
      std::move(moved.events.begin(), moved.events.end(), std::back_inserter(all.events));
      all.failure = std::move(moved.failure);
    }
  }
  Response response = ended(all.failure, services);
  co_return with_events(std::move(response), std::move(all.events));
}

Task<Boxed<Response>> end_named(std::string name, std::string subject, Services& services) {
  SessionDirectory directory = services.sessions.directory();
  DirectoryEnded one = co_await directory.end(std::move(name), std::move(subject));
  if (!one.failure && one.events.empty())
    co_return problem(404, "no-such-session", "You have no session of this name. It may have ended.");
  co_return with_events(ended(one.failure, services), std::move(one.events));
}

Task<Boxed<Response>> end_selected(Session& session, std::string subject, Selection selection,
                                   Services& services) {
  if (selection.name == session.log_id()) co_return co_await end_own(session, services);
  if (selection.name) co_return co_await end_named(std::move(*selection.name), std::move(subject), services);
  co_return co_await end_others(session, std::move(subject), selection.all, services);
}

// Whatever became of it, the browser gets the cookie, and the audit what has happened.
Task<Boxed<Response>> end(Session session, std::string subject, Selection selection, Services& services) {
  Boxed<Response> response =
      co_await end_selected(session, std::move(subject), std::move(selection), services);
  for (const std::string& cookie : session.set_cookies()) response->headers.add("Set-Cookie", cookie);
  add_changes(response->events, session.history());
  co_return response;
}

Response wrong_method() {
  Response response = problem(405, "method-not-allowed", "This endpoint accepts GET, HEAD and DELETE.");
  response.headers.add("Allow", "GET, HEAD, DELETE");
  return response;
}

}  // namespace

// Shows a user the own sessions (GET, HEAD), or ends some of them (DELETE). Whose they are is decided by the
// cookie alone.
Task<Boxed<Response>> sessions_endpoint(const Request& request, Services& services) {
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
  const OpenTerms terms(request.settings.touch(), false,
                        ends ? LoadTerms::Copy::ends : LoadTerms::Copy::refused);
  auto opened = co_await services.sessions.open(cookies, terms);
  if (!opened) co_return session_unavailable(opened.error(), services.telemetry.log());
  if (!opened->session) co_return no_session(*opened, services.telemetry);
  Session session = std::move(*opened->session);
  if (!session.summary()->subject) co_return refused(RejectReason::absent);
  std::string subject = *session.summary()->subject;
  auto asked = ends ? end(std::move(session), std::move(subject), std::move(selection), services)
                    : list(std::move(session), std::move(subject), services);
  co_return co_await std::move(asked);
}

}  // namespace session::gateway
