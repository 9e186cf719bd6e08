#include <algorithm>

#include "core/base/text.h"
#include "gateway/endpoints/apply_actions.h"
#include "gateway/endpoints/endpoint.h"
#include "gateway/http/problem.h"

namespace session::gateway {
namespace {

constexpr std::size_t kMaxLocationBytes = 4096;

// Whether the text can be a URI reference: printable ASCII without spaces (RFC 3986). Anything else is an
// error of the application.
bool valid_location(std::string_view location) {
  return location.size() <= kMaxLocationBytes &&
         std::all_of(location.begin(), location.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

Response onward(std::string_view location, const std::optional<std::string>& set_cookie) {
  Response response{location.empty() ? 204 : 303, {}, {}};
  if (!location.empty()) response.headers.add("Location", location);
  response.headers.add("Cache-Control", "no-store");
  if (set_cookie) response.headers.add("Set-Cookie", *set_cookie);
  return response;
}

Response refused_commit(std::string_view text, Log& log) {
  log.warn(Message::commit_refused, "an application's session headers were refused: {}", text);
  return problem(400, "bad-actions", text);
}

Response failed_commit(const WriteFailure& failure, Log& log) {
  log.error(Message::commit_not_written, "a commit could not be written: {}", for_log(failure));
  return not_written(failure);
}

Response response_to(const ActionOutcome& outcome, std::string_view location, Log& log) {
  if (const auto* done = std::get_if<Done>(&outcome)) return onward(location, done->session.set_cookie());
  if (const auto* ended = std::get_if<EndedSuccessor>(&outcome)) return onward(location, ended->set_cookie);
  // A missing session is no error here: a second logout leads to the same page as the first.
  if (const auto* none = std::get_if<NoSession>(&outcome)) return onward(location, none->set_cookie);
  return failed_commit(std::get<WriteFailure>(outcome), log);
}

}  // namespace

// Applies what an application asked for with response headers, which the front passes on. The application may
// ask for anything, so no location setting limits it. Method, body and headers of the request are the
// client's and are ignored, except the cookie.
Task<Response> commit_endpoint(const Request& request, Services& services) {
  Log& log = services.telemetry.log();
  auto actions = parse_actions(request.front_actions.texts);
  if (!actions) co_return refused_commit(actions.error().text, log);
  if (const auto text = contradiction(*actions); !text.empty()) co_return refused_commit(text, log);
  const std::string_view location = trimmed(request.front_actions.location.value_or(""));
  if (!valid_location(location)) co_return refused_commit("the location is not a URI", log);
  const auto cookies = request.headers.all("Cookie");
  Applied applied = co_await apply_actions(std::move(*actions), cookies, request.settings.touch(), services);
  co_return with_events(response_to(applied.outcome, location, log), std::move(applied.events));
}

}  // namespace session::gateway
