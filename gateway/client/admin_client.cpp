#include "gateway/client/admin_client.h"

#include "core/base/escape.h"
#include "gateway/client/ask.h"
#include "gateway/config/listen_address.h"

namespace session::gateway {
namespace {

constexpr int kNotFound = 404;

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_unreserved(c)) {
      out += c;
    } else {
      out += {'%', kDigits[byte >> 4U], kDigits[byte & 15U]};
    }
  }
  return out;
}

std::string target_of(const AdminQuestion& question, const std::string& cursor) {
  std::string query;
  const auto add = [&](std::string_view name, std::string_view value) {
    query.append(query.empty() ? "?" : "&").append(name).append("=").append(percent_encoded(value));
  };
  for (const auto& [name, value] : question.query) add(name, value);
  if (!cursor.empty()) add("cursor", cursor);
  return question.path + query;
}

std::string member(const Json& body, const char* name) {
  const auto found = body.find(name);
  return found != body.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string refusal(const std::string& who, const ClientAnswer& answer, const Json& body) {
  if (answer.reason == "no-endpoint")
    return who + " is not the socket of admin.unix: name that with --socket";
  const std::string detail = body.is_object() ? member(body, "detail") : std::string();
  return who + " answers " + std::to_string(answer.status) +
         (answer.reason.empty() ? "" : " " + printable(answer.reason)) +
         (detail.empty() ? "" : ": " + printable(detail));
}

}  // namespace

AdminClient::Result AdminClient::ask_part(const AdminQuestion& question, const std::string& cursor) const {
  const std::string target = target_of(question, cursor);
  const auto answer =
      gateway::ask({where_, "admin", Secret(), timeout_, question.method, target, question.body});
  if (!answer) return {Outcome::unreachable, answer.error()};
  const std::string who = "the gateway at " + listener_address(where_);
  Json body = Json::parse(answer->body, nullptr, false);
  if (answer->status == kNotFound && answer->reason == "no-such-session")
    return {Outcome::nothing_found, printable(member(body, "detail"))};
  if (answer->status >= 400) return {Outcome::refused, refusal(who, *answer, body), std::move(body)};
  if (!body.is_object()) return {Outcome::refused, who + " has not answered with JSON: it is no gateway"};
  return {Outcome::done, {}, std::move(body)};
}

std::string AdminClient::cursor_in(const Json& answer) { return member(answer, "cursor"); }

AdminClient::Result AdminClient::ask(const AdminQuestion& question,
                                     const std::function<void(const Json&)>& take) const {
  std::string cursor;
  for (;;) {
    Result part = ask_part(question, cursor);
    if (part.outcome != Outcome::done) return part;
    take(part.body);
    cursor = cursor_in(part.body);
    if (cursor.empty()) return {};
  }
}

}  // namespace session::gateway
