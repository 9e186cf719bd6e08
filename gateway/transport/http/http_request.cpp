#include "gateway/transport/http/http_request.h"

#include "core/base/text.h"

namespace session::gateway {
namespace {

constexpr Refusal bad(std::string_view detail) { return {400, "bad-request", detail}; }

// How often a field is there, and its first value.
struct Counted {
  std::size_t count = 0;
  std::string_view value = {};

  // Whether the field has that name, which is then counted.
  bool take(const HttpHead::Field& field, std::string_view name) {
    if (!equal_ignoring_case(field.name, name)) return false;
    if (count++ == 0) value = field.value;
    return true;
  }
};

// The fields that decide about a request, found in one pass.
struct Decisive {
  explicit Decisive(const HttpHead& head) {
    for (const HttpHead::Field& field : head.fields) {
      (void)(host.take(field, "Host") || length.take(field, "Content-Length") ||
             coding.take(field, "Transfer-Encoding") || expectation.take(field, "Expect"));
    }
  }
  [[nodiscard]] bool expects_continue() const {
    return expectation.count == 1 && equal_ignoring_case(expectation.value, "100-continue");
  }

  Counted host, length, coding, expectation;
};

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

// The browser's, as the front says it; empty if it does not.
std::string_view browsers_host_of(const HttpHead& head) {
  Counted host;
  for (const HttpHead::Field& field : head.fields) (void)host.take(field, "X-Forwarded-Host");
  return trimmed(host.value);
}

}  // namespace

std::optional<Refusal> objection_to(const HttpHead& head) {
  const Decisive fields(head);
  if (fields.host.count > 1) return bad("The request has two Host fields.");
  if (fields.host.count == 0 && head.is_1_1) return bad("The request has no Host field.");
  // A front takes what follows a yes to it for a tunnel's bytes, and no request.
  if (head.method == "CONNECT") return bad("The gateway is no proxy.");
  if (!head.target.starts_with('/')) return bad("The target of the request is not a path.");
  if (fields.length.count + fields.coding.count > 1 ||
      fields.length.value.find(',') != std::string_view::npos)
    return bad("The length of the body is given twice.");
  if (fields.coding.count == 1 && (!head.is_1_1 || !equal_ignoring_case(fields.coding.value, "chunked")))
    return bad("The only transfer coding that is taken is chunked.");
  if (fields.expectation.count > 0 && head.is_1_1 && !fields.expects_continue())
    return Refusal{417, "bad-request", "The only expectation that is met is 100-continue."};
  return std::nullopt;
}

bool expects_continue(const HttpHead& head) { return head.is_1_1 && Decisive(head).expects_continue(); }

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
  const std::string_view browsers_host = browsers_host_of(head);
  request.headers.reserve(head.fields.size());
  for (const HttpHead::Field& field : head.fields) {
    if (add_forwarded(request, field, route)) continue;
    const bool replaced = !browsers_host.empty() && equal_ignoring_case(field.name, "Host");
    request.headers.add(field.name, replaced ? browsers_host : field.value);
  }
  return request;
}

}  // namespace session::gateway
