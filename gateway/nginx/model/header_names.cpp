#include "gateway/nginx/model/header_names.h"

#include <algorithm>

#include "gateway/config/problem.h"

namespace session::gateway {
namespace {

// nginx keeps the names of variables in a hash table with buckets of 64 bytes by default
// (variables_hash_bucket_size changes it). 46 bytes of a bucket remain for a name.
constexpr std::size_t kMaxVariable = 46;

constexpr std::string_view kUsualPrefix = "x_auth_request_";
constexpr std::string_view kNumberedPrefix = "session_header_";
// nginx has variables such as $session_log_id.
constexpr std::string_view kNginxPrefix = "session_log_";

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

}  // namespace

std::string param_name(std::string_view name) {
  std::string out(name);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
    if (c == '-') c = '_';
  }
  return out;
}

Result<std::vector<HeaderName>, std::string> header_names(const IdentitySettings& identity,
                                                          const std::vector<std::string>& taken) {
  std::vector<HeaderName> names;
  std::vector<std::string> used = taken;
  for (const auto& [name, pointer] : identity.headers) {
    if (const auto objection = identity_header_objection(name))
      return "identity.headers: " + shown(name) + ": " + *objection;
    const std::string folded = folded_header(name);
    used.push_back(variable_for(folded, names.size() + 1, used));
    names.push_back({name, used.back(), folded, param_name(name)});
  }
  return names;
}

}  // namespace session::gateway
