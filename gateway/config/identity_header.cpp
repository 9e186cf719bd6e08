#include "gateway/config/identity_header.h"

#include <algorithm>
#include <array>

namespace session::gateway {
namespace {

// nginx keeps the names of headers in hash tables with buckets of 64 bytes by default
// (proxy_headers_hash_bucket_size changes it; for fastcgi_param it is fixed). 46 bytes of a bucket remain for
// a name.
constexpr std::size_t kMaxBytes = 46;

// Headers that the gateway or the snippets themselves set, that nginx acts upon, or that concern one
// connection only (RFC 9110 7.6.1), as folded_header() writes them.
constexpr std::array<std::string_view, 19> kReserved = {"cache_control",
                                                        "connection",
                                                        "content_length",
                                                        "content_type",
                                                        "cookie",
                                                        "date",
                                                        "host",
                                                        "keep_alive",
                                                        "location",
                                                        "proxy",
                                                        "proxy_connection",
                                                        "set_cookie",
                                                        "status",
                                                        "te",
                                                        "trailer",
                                                        "trailers",
                                                        "transfer_encoding",
                                                        "upgrade",
                                                        "www_authenticate"};
constexpr std::array<std::string_view, 3> kReservedPrefixes = {"x_session_", "x_accel_", "proxy_auth"};

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_reserved(std::string_view name) {
  const std::string word = folded_header(name);
  const auto begins = [&](std::string_view prefix) { return word.starts_with(prefix); };
  return std::find(kReserved.begin(), kReserved.end(), word) != kReserved.end() ||
         std::any_of(kReservedPrefixes.begin(), kReservedPrefixes.end(), begins);
}

}  // namespace

std::string folded_header(std::string_view name) {
  std::string out(name);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    if (c == '-') c = '_';
  }
  return out;
}

std::optional<std::string> identity_header_objection(std::string_view name) {
  const auto is_allowed = [](char c) { return is_letter_or_digit(c) || c == '-'; };
  if (name.empty() || !std::all_of(name.begin(), name.end(), is_allowed))
    return "nginx's files can't have this name of a header: expected letters, digits and - only";
  if (is_reserved(name)) return "this header has another meaning: choose one such as X-Auth-Request-Name";
  if (name.size() > kMaxBytes) {
    return "nginx's tables have no place for so long a name: expected at most " + std::to_string(kMaxBytes) +
           " characters, got " + std::to_string(name.size());
  }
  return std::nullopt;
}

}  // namespace session::gateway
