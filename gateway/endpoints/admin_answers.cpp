#include "gateway/endpoints/admin_answers.h"

#include <charconv>

#include "core/crypto/base64url.h"
#include "gateway/endpoints/page_cursor.h"
#include "gateway/http/problem.h"

namespace session::gateway {

Result<Paging, InputProblem> paging_of(const Query& query, std::string_view list) {
  Paging paging;
  if (const auto cursor = query.get("cursor")) {
    auto position = position_of(list, *cursor);
    if (!position) return InputProblem("cursor is not one that this list has given.");
    paging.position = std::move(*position);
  }
  if (const auto limit = query.get("limit")) {
    const char* const end = limit->data() + limit->size();
    const auto read = std::from_chars(limit->data(), end, paging.limit);
    if (read.ec != std::errc() || read.ptr != end || paging.limit == 0 || paging.limit > kMaxPage)
      return InputProblem("limit is not a number of 1 to 1000.");
  }
  return paging;
}

std::optional<std::string> subject_in(const Query& query) {
  const auto text = query.get("subject");
  return text ? std::optional(header_value(Json(*text))) : std::nullopt;
}

bool is_session_name(std::string_view name) {
  constexpr std::size_t kMaxName = 64;
  return !name.empty() && name.size() <= kMaxName && is_base64url(name);
}

Response admin_store_failed(const StoreFailure& failure, Log& log, std::optional<std::size_t> ended) {
  log.error(Message::admin_without_store, "an operator's request failed in the store: {}", failure.detail);
  return ended ? unavailable(failure, *ended) : unavailable(failure);
}

Response bad_query(const InputProblem& problem_of_query) {
  return problem(400, "bad-query", problem_of_query.text);
}

Response no_such_session() {
  return problem(404, "no-such-session", "There is no session of this name. It may have ended.");
}

}  // namespace session::gateway
