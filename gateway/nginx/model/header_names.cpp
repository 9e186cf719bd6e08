#include "gateway/nginx/model/header_names.h"

#include <algorithm>
#include <array>
#include <optional>

#include "gateway/config/problem.h"

namespace session::gateway {
namespace {

// nginx keeps the names of headers and variables in hash tables with buckets of 64 bytes by default
// (proxy_headers_hash_bucket_size and variables_hash_bucket_size change it; for fastcgi_param it is fixed).
// 46 bytes of a bucket remain for a name.
constexpr std::size_t kMaxHeader = 46;
constexpr std::size_t kMaxVariable = 46;

// Headers that the snippets or nginx itself set, in the form of folded_header(). The configuration has
// already rejected the gateway's own headers and those of connections.
constexpr std::array<std::string_view, 3> kReservedHeaders = {"cookie", "host", "proxy"};

constexpr std::string_view kUsualPrefix = "x_auth_request_";
constexpr std::string_view kNumberedPrefix = "session_header_";
// nginx has variables such as $session_log_id.
constexpr std::string_view kNginxPrefix = "session_log_";

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

std::optional<std::string> objection(const std::string& name) {
  const auto problem = [&](std::string_view what) {
    return "identity.headers: " + shown(name) + ": " + std::string(what);
  };
  const auto is_allowed = [](char c) { return is_letter_or_digit(c) || c == '-'; };
  if (name.empty() || !std::all_of(name.begin(), name.end(), is_allowed))
    return problem("nginx's files need a name of letters, digits and - only");
  if (name.size() > kMaxHeader)
    return problem("nginx's tables take names of at most " + std::to_string(kMaxHeader) + " characters");
  if (std::find(kReservedHeaders.begin(), kReservedHeaders.end(), folded_header(name)) !=
      kReservedHeaders.end())
    return problem("nginx's files use this header themselves: choose one such as X-Auth-Request-Name");
  return std::nullopt;
}

// Returns the variable for a header: session_user for X-Auth-Request-User, session_x_remote_user for
// X-Remote-User. If that name is taken or too long, returns a numbered name, which is always free.
std::string variable_for(const std::string& folded, std::size_t number,
                         const std::vector<std::string>& taken) {
  const bool has_usual_prefix = folded.starts_with(kUsualPrefix) && folded.size() > kUsualPrefix.size();
  std::string variable = "session_" + (has_usual_prefix ? folded.substr(kUsualPrefix.size()) : folded);
  const bool is_taken = std::find(taken.begin(), taken.end(), variable) != taken.end();
  if (!is_taken && variable.size() <= kMaxVariable && !variable.starts_with(kNumberedPrefix) &&
      !variable.starts_with(kNginxPrefix))
    return variable;
  return std::string(kNumberedPrefix) + std::to_string(number);
}

std::string with_underscores(std::string_view name, char first, char last) {
  std::string out(name);
  for (char& c : out) {
    if (c >= first && c <= last) c = static_cast<char>(c ^ 0x20);
    if (c == '-') c = '_';
  }
  return out;
}

}  // namespace

std::string folded_header(std::string_view name) { return with_underscores(name, 'A', 'Z'); }
std::string param_name(std::string_view name) { return with_underscores(name, 'a', 'z'); }

Result<std::vector<HeaderName>, std::string> header_names(const IdentitySettings& identity,
                                                          const std::vector<std::string>& taken) {
  std::vector<HeaderName> names;
  std::vector<std::string> used = taken;
  for (const auto& [name, pointer] : identity.headers) {
    if (const auto wrong = objection(name)) return *wrong;
    const std::string folded = folded_header(name);
    used.push_back(variable_for(folded, names.size() + 1, used));
    names.push_back({name, used.back(), folded, param_name(name)});
  }
  return names;
}

}  // namespace session::gateway
