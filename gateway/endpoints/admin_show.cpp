#include <algorithm>
#include <charconv>
#include <map>
#include <tuple>
#include <utility>

#include "core/base/await.h"
#include "core/base/text.h"
#include "gateway/endpoints/admin_answers.h"
#include "gateway/endpoints/page_cursor.h"
#include "gateway/endpoints/session_info_json.h"
#include "gateway/http/json_response.h"
#include "gateway/http/problem.h"
#include "gateway/telemetry/metrics/metrics.h"

namespace session::gateway {
namespace {

constexpr std::size_t kScanPage = 500;
// How many sessions of a subject are listed. They are sorted, so each page reads them all.
constexpr std::size_t kMaxOfSubject = 10'000;
constexpr std::string_view kAllSessions = "sessions";
constexpr std::string_view kSubjectSessions = "sessions of a subject";
constexpr std::string_view kSubjects = "subjects";
constexpr std::string_view kSearch = "search";
// How long an answer waits for a count that was just begun.
constexpr milliseconds kCountStep{10};

Json shown(const SessionInfo& info) {
  Json json = json_of(info);
  json["subject"] = info.subject.empty() ? Json() : Json(header_text(info.subject));
  return json;
}

Json sessions_json(const std::vector<SessionInfo>& sessions, std::string_view list,
                   const std::string& position) {
  Json all = Json::array();
  for (const SessionInfo& info : sessions) all.push_back(shown(info));
  Json body = Json::object();
  body["sessions"] = std::move(all);
  if (!position.empty()) body["cursor"] = page_cursor(list, position);
  return body;
}

// Pages of a scan may be small, or empty: as many are put together as there is time for.
Task<Boxed<Response>> list_all(Paging paging, Services& services) {
  SessionDirectory directory = services.sessions.directory();
  const AnswerTime time(services.admin.time);
  std::vector<SessionInfo> sessions;
  std::string position = std::move(paging.position);
  do {
    auto page = co_await directory.page(std::move(position), paging.limit - sessions.size());
    if (!page) co_return admin_store_failed(page.error(), services.telemetry.log());
    sessions.insert(sessions.end(), page->sessions.begin(), page->sessions.end());
    position = std::move(page->cursor);
    co_await pause(milliseconds(0));  // others have their turn
  } while (!position.empty() && sessions.size() * 2 < paging.limit && !time.is_over());
  co_return json_response(sessions_json(sessions, kAllSessions, position));
}

// Where a page of a subject's sessions ends: at this session, which may have ended when the next page is
// asked for. Then that begins with all that are as old as it, and so may repeat some, but misses none.
std::string place_of(const SessionInfo& info) {
  return std::to_string(info.created.value_or(seconds(0)).count()) + ":" + info.name;
}

std::vector<SessionInfo>::iterator next_after(std::vector<SessionInfo>& sessions, const std::string& place) {
  const auto same = std::find_if(sessions.begin(), sessions.end(),
                                 [&](const SessionInfo& info) { return place_of(info) == place; });
  if (same != sessions.end()) return same + 1;
  std::int64_t created = 0;
  std::from_chars(place.data(), place.data() + place.size(), created);
  return std::find_if(sessions.begin(), sessions.end(), [&](const SessionInfo& info) {
    return info.created.value_or(seconds(0)).count() <= created;
  });
}

Task<Boxed<Response>> list_of(std::string subject, Paging paging, Services& services) {
  SessionDirectory directory = services.sessions.directory();
  auto sessions = co_await directory.of(std::move(subject), kMaxOfSubject);
  if (!sessions) co_return admin_store_failed(sessions.error(), services.telemetry.log());
  const auto begin = paging.position.empty() ? sessions->begin() : next_after(*sessions, paging.position);
  const auto left = static_cast<std::size_t>(sessions->end() - begin);
  const auto end = begin + static_cast<std::ptrdiff_t>(std::min(left, paging.limit));
  const std::vector<SessionInfo> page(begin, end);
  Json body = sessions_json(page, kSubjectSessions, end == sessions->end() ? "" : place_of(page.back()));
  if (sessions->size() >= kMaxOfSubject) body["cut"] = true;
  co_return json_response(body);
}

// Who sees attributes sees what applications keep of people: that is told.
Response session_response(const SessionInfo& info, Json attributes, Services& services) {
  Json json = shown(info);
  if (services.admin.attributes) json["attributes"] = std::move(attributes);
  Response response = json_response(json);
  if (services.admin.attributes)
    response.events.push_back({SessionEvent::Kind::viewed, {}, info.name, info.subject});
  return response;
}

// What a cookie's body says: the value alone, or with the name before it, as in a Cookie header.
std::string cookie_header(std::string_view body, std::string_view name) {
  while (body.ends_with('\n') || body.ends_with('\r')) body.remove_suffix(1);
  body = trimmed(body);
  const std::string named = std::string(name) + "=";
  if (body.starts_with(named) || body.find("; " + named) != body.npos) return std::string(body);
  return named + std::string(body);
}

Json live_json(const SessionCensus& census) {
  const auto count = census.last();
  if (!count) return Json();
  Json live = Json::object();
  live["sessions"] = count->with_subject + count->without_subject;
  live["with_subject"] = count->with_subject;
  live["without_subject"] = count->without_subject;
  live["counted"] = count->counted.count();
  live["age"] = std::max<std::int64_t>(0, (system_clock().unix_now() - count->counted).count());
  return live;
}

Json totals_json(const SessionTotals& totals, Json body) {
  body["created"] = {{"new", totals.created}, {"moved", totals.moved}, {"imported", totals.imported}};
  Json ended = {
      {"destroyed", totals.destroyed}, {"limit", totals.ended_limit}, {"admin", totals.ended_admin}};
  if (totals.by_store) {
    ended["expired"] = totals.by_store->expired;
    ended["evicted"] = totals.by_store->evicted;
  }
  body["ended"] = std::move(ended);
  return body;
}

}  // namespace

Task<Boxed<Response>> admin_list(const Query& query, Services& services) {
  const auto subject = subject_in(query);
  if (subject && subject->empty()) co_return bad_query(InputProblem("subject is empty."));
  auto paging = paging_of(query, subject ? kSubjectSessions : kAllSessions);
  if (!paging) co_return bad_query(paging.error());
  if (subject) co_return co_await list_of(*subject, std::move(*paging), services);
  co_return co_await list_all(std::move(*paging), services);
}

Task<Sought> find_in_time(std::string name, const Query& query, Services& services) {
  SessionDirectory directory = services.sessions.directory();
  Sought sought;
  if (const auto subject = subject_in(query)) {
    auto found = co_await directory.find_live(std::move(name), *subject);
    if (!found) sought.failure = found.error();
    if (found) sought.session = std::move(*found);
    co_return sought;
  }
  auto paging = paging_of(query, kSearch);
  if (!paging) {
    sought.bad_query = paging.error();
    co_return sought;
  }
  const AnswerTime time(services.admin.time);
  std::string position = std::move(paging->position);
  do {
    auto found = co_await directory.find_from(std::move(position), name, kScanPage);
    if (!found) sought.failure = found.error();
    if (!found) co_return sought;
    sought.session = std::move(found->session);
    position = std::move(found->cursor);
    co_await pause(milliseconds(0));  // others have their turn
  } while (!position.empty() && !time.is_over());
  if (!position.empty()) sought.cursor = page_cursor(kSearch, position);
  co_return sought;
}

Response not_found(const Sought& sought, Log& log) {
  if (sought.bad_query) return bad_query(*sought.bad_query);
  if (sought.failure) return admin_store_failed(*sought.failure, log);
  if (sought.cursor.empty()) return no_such_session();
  return json_response(Json{{"cursor", sought.cursor}}, 202);
}

Task<Boxed<Response>> admin_show(std::string name, const Query& query, Services& services) {
  if (!is_session_name(name)) co_return no_such_session();
  const Sought sought = co_await find_in_time(std::move(name), query, services);
  if (!sought.session) co_return not_found(sought, services.telemetry.log());
  SessionDirectory directory = services.sessions.directory();
  auto attributes = directory.attributes_of(*sought.session);
  co_return session_response(directory.info_of(*sought.session), attributes ? std::move(*attributes) : Json(),
                             services);
}

Task<Boxed<Response>> admin_show_cookie(const Request& request, Services& services) {
  const std::string header = cookie_header(request.body, services.sessions.cookie().name);
  const std::vector<std::string_view> cookies = {header};
  auto found = co_await services.sessions.look_up(cookies);
  if (!found) co_return admin_store_failed(found.error(), services.telemetry.log());
  if (!found->session) {
    const std::string detail = "The cookie opens no session: " + std::string(to_text(found->refusal)) + ".";
    co_return problem(404, "no-such-session", detail);
  }
  SessionDirectory directory = services.sessions.directory();
  co_return session_response(directory.info_of(*found->session), std::move(found->attributes), services);
}

Task<Boxed<Response>> admin_subjects(const Query& query, Services& services) {
  auto paging = paging_of(query, kSubjects);
  if (!paging) co_return bad_query(paging.error());
  const std::string prefix = query.get("prefix").value_or("");
  SessionDirectory directory = services.sessions.directory();
  const AnswerTime time(services.admin.time);
  std::map<std::string, std::size_t> counts;
  std::size_t without_subject = 0;
  std::string position = std::move(paging->position);
  do {
    auto page = co_await directory.page(std::move(position), std::min(kScanPage, paging->limit));
    if (!page) co_return admin_store_failed(page.error(), services.telemetry.log());
    for (const SessionInfo& info : page->sessions) {
      std::string subject = header_text(info.subject);
      if (subject.empty()) {
        ++without_subject;
      } else if (subject.starts_with(prefix)) {
        ++counts[std::move(subject)];
      }
    }
    position = std::move(page->cursor);
    co_await pause(milliseconds(0));  // others have their turn
  } while (!position.empty() && counts.size() * 2 < paging->limit && !time.is_over());
  Json subjects = Json::array();
  for (const auto& [subject, sessions] : counts)
    subjects.push_back(Json{{"subject", subject}, {"sessions", sessions}});
  Json body = Json::object();
  body["subjects"] = std::move(subjects);
  if (prefix.empty()) body["without_subject"] = without_subject;
  if (!position.empty()) body["cursor"] = page_cursor(kSubjects, position);
  co_return json_response(body);
}

Task<Boxed<Response>> admin_stats(Services& services) {
  const AdminServices& admin = services.admin;
  if (admin.census->begin(system_clock().steady_now(), admin.census_age))
    services.in_background(count_sessions(admin.census, services.sessions.directory(), admin.census_terms));
  const AnswerTime time(admin.time);
  while (admin.census->counting() && !time.is_over()) co_await pause(kCountStep);
  Json body = Json::object();
  body["live"] = live_json(*admin.census);
  body["counting"] = admin.census->counting();
  body["failed"] = admin.census->failed();
  co_return json_response(
      totals_json(services.telemetry.process().metrics().session_totals(), std::move(body)));
}

}  // namespace session::gateway
