#include "gateway/endpoints/application_commit.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "core/json/json.h"
#include "gateway/endpoints/apply_actions.h"
#include "gateway/http/problem.h"

namespace session::gateway {
namespace {

void warn_of_refusal(std::string_view text, Log& log) {
  log.warn(Message::application_refused, "a commit by HTTP was refused: {}", text);
}

Response refused_actions(std::string_view text, Log& log) {
  warn_of_refusal(text, log);
  return problem(400, "bad-actions", text);
}

// Whether a header is there that no script can leave out or set: programs that are no browsers send none of
// them.
bool is_of_browser(const RequestHeaders& headers) {
  constexpr std::array<std::string_view, 5> kOfBrowsers = {"Origin", "Sec-Fetch-Site", "Sec-Fetch-Mode",
                                                           "Sec-Fetch-Dest", "Sec-Fetch-User"};
  return std::any_of(kOfBrowsers.begin(), kOfBrowsers.end(),
                     [&](std::string_view name) { return !headers.all(name).empty(); });
}

Response sent_by_browser(Log& log) {
  warn_of_refusal("the request has an Origin or Sec-Fetch header, as only browsers send them", log);
  Response response = problem(403, "cross-origin", "A browser is no application.");
  add_refusal(response.events, response.reason);
  return response;
}

Response done(const std::vector<std::string>& set_cookies) {
  Response response{set_cookies.empty() ? 204 : 200, {}, {}};
  response.headers.add("Cache-Control", "no-store");
  if (set_cookies.empty()) return response;
  response.headers.add("Content-Type", "application/json");
  response.body = to_text(Json{{"set_cookie", set_cookies.front()}, {"set_cookies", set_cookies}}) + "\n";
  return response;
}

Response response_to(const Applied& applied, bool sets, Log& log) {
  if (const auto* failure = std::get_if<WriteFailure>(&applied.outcome)) {
    log.error(Message::application_not_written, "a commit by HTTP could not be written: {}",
              for_log(*failure));
    return not_written(*failure);
  }
  const auto* none = std::get_if<NoSession>(&applied.outcome);
  if (none != nullptr && sets) return refused(none->reason);
  return done(applied.set_cookies);
}

}  // namespace

Task<Boxed<Response>> application_commit(const Request& request, Services& services) {
  Log& log = services.telemetry.log();
  if (is_of_browser(request.headers)) co_return sent_by_browser(log);
  auto actions = parse_actions(request.body);
  if (!actions) co_return refused_actions(actions.error().text, log);
  if (const auto text = contradiction(*actions); !text.empty()) co_return refused_actions(text, log);
  const bool sets = !actions->set.empty();
  const auto cookies = request.headers.all("Cookie");
  ActionSource source = source_of(request, cookies, services, SameSubject::login);
  Applied applied = co_await apply_actions(std::move(*actions), std::move(source), services);
  Response response = response_to(applied, sets, log);
  for (const std::string& cookie : applied.set_cookies) response.headers.add("Set-Cookie", cookie);
  co_return with_events(std::move(response), std::move(applied.events));
}

}  // namespace session::gateway
