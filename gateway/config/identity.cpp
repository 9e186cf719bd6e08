#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "gateway/config/sections.h"
#include "gateway/config/values.h"

namespace session::gateway {
namespace {

// Headers that the gateway itself sends, that nginx acts upon, or that concern one connection only
// (RFC 9110 7.6.1), as folded() writes them.
constexpr std::array<std::string_view, 16> kReserved = {
    "cache-control", "connection",        "content-length", "content-type",    "date", "keep-alive",
    "location",      "proxy-connection",  "set-cookie",     "status",          "te",   "trailer",
    "trailers",      "transfer-encoding", "upgrade",        "www-authenticate"};
constexpr std::array<std::string_view, 3> kReservedPrefixes = {"x-session-", "x-accel-", "proxy-auth"};

// Header names ignore case, and nginx's variables ($upstream_http_x_user) do not distinguish - from _ either.
std::string folded(std::string_view name) {
  std::string out(name);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    if (c == '_') c = '-';
  }
  return out;
}

bool is_reserved(std::string_view name) {
  const std::string word = folded(name);
  const auto begins = [&](std::string_view prefix) { return word.starts_with(prefix); };
  return std::find(kReserved.begin(), kReserved.end(), word) != kReserved.end() ||
         std::any_of(kReservedPrefixes.begin(), kReservedPrefixes.end(), begins);
}

void check_name(const NamedField& header, const IdentitySettings& so_far) {
  if (!valid_header_name(header.name)) {
    header.field.problem("this is not a header name: expected letters, digits and -");
  } else if (is_reserved(header.name)) {
    header.field.problem("this header has another meaning: choose one such as X-Auth-Request-Name");
  }
  for (const auto& [name, pointer] : so_far.headers) {
    if (folded(name) == folded(header.name))
      return header.field.problem("the same header as " + escaped(name));
  }
}

// Reads the whole map: the file's headers replace all defaults.
void read_headers(const Field& field, IdentitySettings& to) {
  if (field.given()) {
    to.headers.clear();
    if (field.node()->kind == YamlNode::Kind::null) field.expected("a map of headers ({} for none)");
  }
  for (const NamedField& header : entries_of(field)) {
    check_name(header, to);
    std::string pointer;
    read_text(header.field, pointer);
    if (header.field.clean()) (void)is_member_pointer(pointer, header.field);
    to.headers.emplace_back(header.name, pointer);
  }
}

}  // namespace

bool is_member_pointer(std::string_view text, const Field& field) {
  if (!text.empty() && valid_json_pointer(text)) return true;
  field.problem("expected a JSON pointer such as /user, got " + shown(text));
  return false;
}

void read_identity(Section& section, IdentitySettings& to) {
  const Field subject = section["subject"];
  read_text(subject, to.subject);
  if (subject.clean()) (void)is_member_pointer(to.subject, subject);
  read_headers(section["headers"], to);
}

}  // namespace session::gateway
