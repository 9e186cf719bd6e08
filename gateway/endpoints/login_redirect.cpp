#include "gateway/endpoints/login_redirect.h"

#include <string>

#include "core/base/text.h"
#include "core/format/reject_reason.h"

namespace session::gateway {
namespace {

bool contains(std::string_view text, std::string_view word) {
  return lower(text).find(word) != std::string::npos;
}

// Without what a list or a parameter adds: `text/html` of "text/html;q=0.9, */*".
bool accepts_page(const RequestHeaders& headers) {
  const std::string_view accept = trimmed(headers.get("Accept"));
  return accept.empty() || accept == "*/*" || contains(accept, "text/html");
}

}  // namespace

bool wants_page(const Request& request) {
  const RequestHeaders& headers = request.headers;
  const std::string_view forwarded = trimmed(headers.get("X-Forwarded-Method"));
  const std::string_view method = forwarded.empty() ? request.method : forwarded;
  if (method != "GET" && method != "HEAD") return false;
  const std::string_view mode = trimmed(headers.get("Sec-Fetch-Mode"));
  if (!mode.empty()) return equal_ignoring_case(mode, "navigate");
  if (equal_ignoring_case(trimmed(headers.get("X-Requested-With")), "XMLHttpRequest")) return false;
  if (equal_ignoring_case(trimmed(headers.get("Upgrade")), "websocket")) return false;
  if (lower(trimmed(headers.get("Content-Type"))).starts_with("application/grpc")) return false;
  return accepts_page(headers);
}

void lead_to_login(Response& response, std::string_view login_page) {
  const std::string_view to =
      response.headers.get(login_page.starts_with('/') ? "X-Session-Return" : "X-Session-Return-URL");
  std::string location(login_page);
  const auto add = [&location](std::string_view name, std::string_view value) {
    location.append(location.find('?') == location.npos ? "?" : "&").append(name).append("=").append(value);
  };
  if (!to.empty()) add("to", to);
  // A login page that only looks whether somebody is logged in would send the browser back at once.
  const std::string_view reason = response.headers.get("X-Session-Reason");
  if (reason == to_text(RejectReason::stale)) add("reason", reason);
  response.status = 303;
  response.headers.add("Location", location);
}

}  // namespace session::gateway
