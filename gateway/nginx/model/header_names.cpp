#include "gateway/nginx/model/header_names.h"

#include <algorithm>
#include <array>
#include <optional>

#include "gateway/config/problem.h"

namespace session::gateway {
namespace {

// nginx keeps names of headers and variables in tables whose places have 64 bytes unless told otherwise
// (proxy_headers_hash_bucket_size, variables_hash_bucket_size; that of fastcgi_param can't be told): 46 are
// left.
constexpr std::size_t kMaxHeader = 46;
constexpr std::size_t kMaxVariable = 46;

// Headers that the snippets or nginx itself set, as folded_header() writes them. Names of the gateway's own
// and of connections are refused by the configuration already.
constexpr std::array<std::string_view, 3> kOfOthers = {"cookie", "host", "proxy"};

constexpr std::string_view kUsualPrefix = "x_auth_request_";
constexpr std::string_view kNumbered = "session_header_";
// $session_log_id and others are nginx's.
constexpr std::string_view kOfNginx = "session_log_";

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

std::optional<std::string> objection(const std::string& name) {
  const auto named = [&](std::string_view what) {
    return "identity.headers: " + shown(name) + ": " + std::string(what);
  };
  const auto nameable = [](char c) { return is_letter_or_digit(c) || c == '-'; };
  if (name.empty() || !std::all_of(name.begin(), name.end(), nameable))
    return named("nginx's files need a name of letters, digits and - only");
  if (name.size() > kMaxHeader)
    return named("nginx's tables take names of at most " + std::to_string(kMaxHeader) + " characters");
  if (std::find(kOfOthers.begin(), kOfOthers.end(), folded_header(name)) != kOfOthers.end())
    return named("nginx's files use this header themselves: choose one such as X-Auth-Request-Name");
  return std::nullopt;
}

// session_user of X-Auth-Request-User, session_x_remote_user of X-Remote-User. Where that is somebody's
// already or too long: a number, which nobody has.
std::string variable_for(const std::string& folded, std::size_t number,
                         const std::vector<std::string>& taken) {
  const bool usual = folded.starts_with(kUsualPrefix) && folded.size() > kUsualPrefix.size();
  std::string variable = "session_" + (usual ? folded.substr(kUsualPrefix.size()) : folded);
  const bool somebodys = std::find(taken.begin(), taken.end(), variable) != taken.end();
  if (!somebodys && variable.size() <= kMaxVariable && !variable.starts_with(kNumbered) &&
      !variable.starts_with(kOfNginx))
    return variable;
  return std::string(kNumbered) + std::to_string(number);
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
