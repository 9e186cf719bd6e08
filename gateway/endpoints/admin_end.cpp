#include <cinttypes>
#include <cstdio>
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
constexpr std::string_view kEndSubject = "end a subject's";

// Where a repeated request goes on; empty: there is nothing left to do.
struct Position {
  std::string_view list = {};
  std::string text = {};
};

// Says how many have ended, also if the store has failed then: the request can be repeated.
Response ended_response(DirectoryEnded ended, const Operator& by, Services& services,
                        const Position& position = {}) {
  Response response;
  const std::size_t count = ended.events.size();
  if (ended.failure) {
    response = admin_store_failed(*ended.failure, services.telemetry.log(), count);
  } else {
    Json body = {{"ended", count}};
    if (!position.text.empty()) body["cursor"] = page_cursor(position.list, position.text);
    response = json_response(body, position.text.empty() ? 200 : 202);
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

// How far an end of all has come. It goes through the whole store more than once: a session can get another
// id while that is done, and so be missed.
struct AllEnded {
  static constexpr int kMaxPasses = 4;
  int pass = 1;
  seconds began{};     // Unix time: from the second pass on, who has logged in since is let alone
  bool found = false;  // whether this pass has ended any
  std::string cursor = {};

  [[nodiscard]] std::string text() const {
    return std::to_string(pass) + ":" + std::to_string(began.count()) + (found ? ":1:" : ":0:") + cursor;
  }
  // Anything that text() has not made begins anew.
  static AllEnded from(const std::string& text, seconds now) {
    AllEnded all;
    std::int64_t began = 0;
    int found = 0, length = 0;
    if (std::sscanf(text.c_str(), "%d:%" SCNd64 ":%d:%n", &all.pass, &began, &found, &length) != 3 ||
        length == 0 || all.pass < 1)
      return {1, now};
    all.began = seconds(began);
    all.found = found != 0;
    all.cursor = text.substr(static_cast<std::size_t>(length));
    return all;
  }
  // After a page. Returns whether there is more to do.
  bool go_on(std::string next) {
    cursor = std::move(next);
    if (!cursor.empty()) return true;
    if (!found || pass >= kMaxPasses) return false;
    ++pass;
    found = false;
    return true;
  }
};

// One's own session ends with the last page: an operator whose session has ended could not ask for the rest.
Task<Boxed<Response>> end_all(const Request& request, Paging paging, const Operator& by, Services& services) {
  SessionDirectory::EndTerms terms;
  if (by.has_session) {
    auto found = co_await own_session(request, services);
    if (!found) co_return ended_response(failed(found.error()), by, services);
    terms.spared_name = std::move(*found);
  }
  SessionDirectory directory = services.sessions.directory();
  const AnswerTime time(services.admin.time);
  AllEnded progress = AllEnded::from(paging.position, services.sessions.clock().unix_now());
  DirectoryEnded all;
  bool more = true;
  while (more && !all.failure) {
    if (progress.pass > 1) terms.began_by = progress.began;
    SessionDirectory::PageEnded page = co_await directory.end_from(progress.cursor, kScanPage, terms);
    progress.found |= !page.ended.events.empty();
    append(all, std::move(page.ended));
    if (!all.failure) more = progress.go_on(std::move(page.cursor));
    co_await pause(milliseconds(0));  // others have their turn
    if (time.is_over()) break;
  }
  if (!more && !all.failure && !terms.spared_name.empty())
    append(all, co_await directory.end(std::move(terms.spared_name), by.name));
  const Position rest{kEndAll, more ? progress.text() : std::string()};
  co_return ended_response(std::move(all), by, services, rest);
}

// A name that is mistyped must not end the session that was to be spared.
Task<Boxed<Response>> end_of(std::string subject, std::optional<std::string> spared_name, const Operator& by,
                             Services& services) {
  SessionDirectory directory = services.sessions.directory();
  std::optional<LiveSession> spared;
  if (spared_name) {
    auto found = co_await directory.find_live(*spared_name, subject);
    if (!found) co_return ended_response(failed(found.error()), by, services);
    if (!*found) co_return no_such_session();
    spared = std::move(*found);
  }
  const AnswerTime time(services.admin.time);
  const auto stop = [&time] { return time.is_over(); };
  DirectoryEnded ended = co_await directory.end_of(std::move(subject), std::move(spared), stop);
  const Position rest{kEndSubject, ended.stopped ? "rest" : ""};
  co_return ended_response(std::move(ended), by, services, rest);
}

}  // namespace

Task<Boxed<Response>> admin_end_one(std::string name, const Query& query, const Operator& by,
                                    Services& services) {
  if (!is_session_name(name)) co_return no_such_session();
  Sought sought = co_await find_in_time(std::move(name), query, services);
  if (!sought.session) co_return not_found(sought, services.telemetry.log());
  SessionDirectory directory = services.sessions.directory();
  DirectoryEnded ended = co_await directory.end(std::move(*sought.session));
  if (ended.events.empty() && !ended.failure) co_return no_such_session();
  co_return ended_response(std::move(ended), by, services);
}

// A request that lost its query on the way must not mean "all".
Task<Boxed<Response>> admin_end_several(const Request& request, const Query& query, const Operator& by,
                                        Services& services) {
  const auto subject = subject_in(query);
  const auto all = query.get("all");
  if (subject.has_value() == all.has_value())
    co_return bad_query(InputProblem("Say which sessions end: subject=SUBJECT, or all=true&confirm=all."));
  if (subject) {
    const auto spared = query.get("except");
    if (subject->empty()) co_return bad_query(InputProblem("subject is empty."));
    if (query.has("confirm")) co_return bad_query(InputProblem("confirm goes with all=true only."));
    const auto paging = paging_of(query, kEndSubject);
    if (!paging) co_return bad_query(paging.error());
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
