#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/clock.h"
#include "core/base/result.h"
#include "gateway/endpoints/admin_operator.h"
#include "gateway/http/query.h"

namespace session::gateway {

// The parts of the endpoint `admin`, of which admin.cpp is made. Each answers one kind of request whose query
// is known, and takes no longer than AdminServices::time and one answer of the store: a cursor in the answer
// says that there is more.

// What every query with pages has.
struct Paging {
  std::string position;  // of the cursor; empty: the beginning
  std::size_t limit = 100;
};
inline constexpr std::size_t kMaxPage = 1000;
// Reads `cursor` and `limit`. `list` is the name of the list, so that no cursor of another one is taken.
[[nodiscard]] Result<Paging, InputProblem> paging_of(const Query& query, std::string_view list);

// The time of one answer.
class AnswerTime {
 public:
  explicit AnswerTime(milliseconds time) : until_(system_clock().steady_now() + time) {}
  [[nodiscard]] bool is_over() const { return system_clock().steady_now() >= until_; }

 private:
  Clock::Steady until_;
};

// The subject that a query names, as sessions have it (Identity::subject): queries and answers have the text
// that it stands for. nullopt: the query names none.
[[nodiscard]] std::optional<std::string> subject_in(const Query& query);

// Whether a session can have that name at all.
[[nodiscard]] bool is_session_name(std::string_view name);

// 503, and a line in the log. `ended`: how many sessions have ended before, where some were to end.
[[nodiscard]] Response admin_store_failed(const StoreFailure& failure, Log& log,
                                          std::optional<std::size_t> ended = std::nullopt);
[[nodiscard]] Response bad_query(const InputProblem& problem);
[[nodiscard]] Response no_such_session();

// The outcome of a search for one session.
struct Sought {
  std::optional<LiveSession> session = {};
  std::string cursor = {};  // there was no time to look at all: where to go on
  std::optional<StoreFailure> failure = {};
  std::optional<InputProblem> bad_query = {};
};
// Looks for a session among those of the `subject` that the query names, or among all.
Task<Sought> find_in_time(std::string name, const Query& query, Services& services);
// The answer to a search that has not found it, or not yet.
[[nodiscard]] Response not_found(const Sought& sought, Log& log);

Task<Boxed<Response>> admin_list(const Query& query, Services& services);
Task<Boxed<Response>> admin_show(std::string name, const Query& query, Services& services);
// The session of a cookie, which is the body of the request.
Task<Boxed<Response>> admin_show_cookie(const Request& request, Services& services);
Task<Boxed<Response>> admin_subjects(const Query& query, Services& services);
Task<Boxed<Response>> admin_stats(Services& services);

// A page of all that the store holds of sessions, and the opposite: a batch of such records as the body.
// Whose request it is, is known.
Task<Boxed<Response>> admin_export(const Query& query, Services& services);
Task<Boxed<Response>> admin_import(const Request& request, Services& services);

Task<Boxed<Response>> admin_end_one(std::string name, const Query& query, const Operator& by,
                                    Services& services);
Task<Boxed<Response>> admin_end_several(const Request& request, const Query& query, const Operator& by,
                                        Services& services);

}  // namespace session::gateway
