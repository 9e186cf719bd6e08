#include "gateway/transport/http/http_request.h"

#include <algorithm>

#include "core/base/text.h"

namespace session::gateway {
namespace {

constexpr Refusal bad(std::string_view detail) { return {400, "bad-request", detail}; }

std::size_t count_of(const HttpHead& head, std::string_view name) {
  return static_cast<std::size_t>(
      std::count_if(head.fields.begin(), head.fields.end(),
                    [&](const HttpHead::Field& field) { return equal_ignoring_case(field.name, name); }));
}

// The first value of that name; empty if there is none.
std::string_view value_of(const HttpHead& head, std::string_view name) {
  const auto found = std::find_if(head.fields.begin(), head.fields.end(), [&](const HttpHead::Field& field) {
    return equal_ignoring_case(field.name, name);
  });
  return found == head.fields.end() ? std::string_view() : found->value;
}

// The last item of a list: the one that the front itself has added.
std::string_view last_item(std::string_view list) {
  const auto comma = list.rfind(',');
  return trimmed(comma == list.npos ? list : list.substr(comma + 1));
}

bool is_scheme(std::string_view text) {
  return equal_ignoring_case(text, "https") || equal_ignoring_case(text, "http");
}

// Takes a header that says something of the front's request, and returns whether it is one.
bool add_forwarded(Request& request, const HttpHead::Field& field, const HttpRoute& route) {
  const std::string_view name = field.name;
  if (equal_ignoring_case(name, "X-Gateway-Secret")) {
    request.front_secret.add(field.value);
    return true;
  }
  if (equal_ignoring_case(name, "X-Forwarded-For")) request.client.address = last_item(field.value);
  if (equal_ignoring_case(name, "X-Request-Id")) request.client.request_id = field.value;
  if (equal_ignoring_case(name, "X-Forwarded-Proto") && is_scheme(field.value))
    request.settings.add_scheme(field.value);
  if (!route.original.empty() && request.address.empty() && equal_ignoring_case(name, route.original))
    request.address = field.value;
  return false;
}

}  // namespace

std::optional<Refusal> objection_to(const HttpHead& head) {
  const std::size_t hosts = count_of(head, "Host");
  if (hosts > 1) return bad("The request has two Host fields.");
  if (hosts == 0 && head.is_1_1) return bad("The request has no Host field.");
  // A front takes what follows a yes to it for a tunnel's bytes, and no request.
  if (head.method == "CONNECT") return bad("The gateway is no proxy.");
  if (!head.target.starts_with('/')) return bad("The target of the request is not a path.");
  const std::size_t lengths = count_of(head, "Content-Length");
  const std::size_t codings = count_of(head, "Transfer-Encoding");
  if (lengths > 1 || lengths + codings > 1 ||
      value_of(head, "Content-Length").find(',') != std::string_view::npos)
    return bad("The length of the body is given twice.");
  if (codings == 1 && (!head.is_1_1 || !equal_ignoring_case(value_of(head, "Transfer-Encoding"), "chunked")))
    return bad("The only transfer coding that is taken is chunked.");
  if (count_of(head, "Expect") > 0 && head.is_1_1 && !expects_continue(head))
    return Refusal{417, "bad-request", "The only expectation that is met is 100-continue."};
  return std::nullopt;
}

bool expects_continue(const HttpHead& head) {
  return head.is_1_1 && count_of(head, "Expect") == 1 &&
         equal_ignoring_case(value_of(head, "Expect"), "100-continue");
}

Request request_of(const HttpHead& head, const HttpRoute& route, std::optional<uid_t> peer) {
  Request request;
  request.method = head.method;
  const auto question = head.target.find('?');
  if (question != head.target.npos) request.query = std::string_view(head.target).substr(question + 1);
  if (route.is_operator) {
    request.resource = std::string_view(head.target).substr(0, question);
    request.operator_user = peer;
  }
  request.refusal = route.refusal;
  if (route.settings != nullptr) request.settings = *route.settings;
  request.front_actions.in_body = route.is_application;
  const std::string_view browsers_host = trimmed(value_of(head, "X-Forwarded-Host"));
  request.headers.reserve(head.fields.size());
  for (const HttpHead::Field& field : head.fields) {
    if (add_forwarded(request, field, route)) continue;
    const bool replaced = !browsers_host.empty() && equal_ignoring_case(field.name, "Host");
    request.headers.add(field.name, replaced ? browsers_host : field.value);
  }
  return request;
}

}  // namespace session::gateway
