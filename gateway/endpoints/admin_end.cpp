#include <array>
#include <iterator>
#include <utility>

#include "core/base/await.h"
#include "gateway/endpoints/admin_answers.h"
#include "gateway/endpoints/page_cursor.h"
#include "gateway/http/json_response.h"
#include "gateway/http/problem.h"

namespace session::gateway {
namespace {

constexpr std::size_t kScanPage = 500;
constexpr std::string_view kEndAll = "end all";

// Says how many have ended, also if the store has failed then: the request can be repeated.
Response ended_response(DirectoryEnded ended, const Operator& by, Services& services,
                        const std::string& position = {}) {
  Response response;
  const std::size_t count = ended.events.size();
  if (ended.failure) {
    response = admin_store_failed(*ended.failure, services.telemetry.log(), count);
  } else {
    Json body = {{"ended", count}};
    if (!position.empty()) body["cursor"] = page_cursor(kEndAll, position);
    response = json_response(body, position.empty() ? 200 : 202);
  }
  return with_events(std::move(response), ended_by(by, std::move(ended.events)));
}

void append(DirectoryEnded& all, DirectoryEnded more) {
  all.events.insert(all.events.end(), std::make_move_iterator(more.events.begin()),
                    std::make_move_iterator(more.events.end()));
  if (more.failure && !all.failure) all.failure = std::move(more.failure);
}

DirectoryEnded failed(const StoreFailure& failure) {
  DirectoryEnded ended;
  ended.failure = failure;
  return ended;
}

// One's own session ends with the last page: an operator whose session has ended could not ask for the rest.
Task<Response> end_all(const Request& request, Paging paging, const Operator& by, Services& services) {
  std::string own;
  if (by.has_session) {
    auto found = co_await own_session(request, services);
    if (!found) co_return ended_response(failed(found.error()), by, services);
    own = std::move(*found);
  }
  SessionDirectory directory = services.sessions.directory();
  const AnswerTime time(services.admin.time);
  DirectoryEnded all;
  std::string position = std::move(paging.position);
  do {
    auto page = co_await directory.end_from(std::move(position), kScanPage, own);
    append(all, std::move(page.ended));
    position = std::move(page.cursor);
    co_await pause(milliseconds(0));  // others have their turn
  } while (!position.empty() && !all.failure && !time.is_over());
  if (position.empty() && !all.failure && !own.empty())
    append(all, co_await directory.end(std::move(own), by.name));
  co_return ended_response(std::move(all), by, services, position);
}

// A name that is mistyped must not end the session that was to be spared.
Task<Response> end_of(std::string subject, std::optional<std::string> spared, const Operator& by,
                      Services& services) {
  SessionDirectory directory = services.sessions.directory();
  if (spared) {
    auto found = co_await directory.find_live(*spared, subject);
    if (!found) co_return ended_response(failed(found.error()), by, services);
    if (!*found) co_return no_such_session();
  }
  DirectoryEnded ended = co_await directory.end_of(std::move(subject), spared.value_or(""));
  co_return ended_response(std::move(ended), by, services);
}

}  // namespace

Task<Response> admin_end_one(std::string name, const Query& query, const Operator& by, Services& services) {
  if (!is_session_name(name)) co_return no_such_session();
  Sought sought = co_await find_in_time(std::move(name), query, services);
  if (!sought.session) co_return not_found(sought, services.telemetry.log());
  SessionDirectory directory = services.sessions.directory();
  DirectoryEnded ended = co_await directory.end(std::move(*sought.session));
  if (ended.events.empty() && !ended.failure) co_return no_such_session();
  co_return ended_response(std::move(ended), by, services);
}

// A request that lost its query on the way must not mean "all".
Task<Response> admin_end_several(const Request& request, const Query& query, const Operator& by,
                                 Services& services) {
  const auto subject = subject_in(query);
  const auto all = query.get("all");
  if (subject.has_value() == all.has_value())
    co_return bad_query(InputProblem("Say which sessions end: subject=SUBJECT, or all=true&confirm=all."));
  if (subject) {
    const auto spared = query.get("except");
    if (subject->empty()) co_return bad_query(InputProblem("subject is empty."));
    if (query.has("confirm") || query.has("cursor"))
      co_return bad_query(InputProblem("confirm and cursor go with all=true only."));
    co_return co_await end_of(*subject, spared, by, services);
  }
  if (query.has("except")) co_return bad_query(InputProblem("except goes with subject only."));
  if (*all != "true") co_return bad_query(InputProblem("all is not true."));
  if (query.get("confirm") != "all") co_return bad_query(InputProblem("all=true needs confirm=all."));
  auto paging = paging_of(query, kEndAll);
  if (!paging) co_return bad_query(paging.error());
  co_return co_await end_all(request, std::move(*paging), by, services);
}

}  // namespace session::gateway
