#include "gateway/endpoints/redirect_target.h"

#include <algorithm>
#include <optional>

#include "core/base/escape.h"
#include "core/base/text.h"

namespace session::gateway {
namespace {

// What fits into one header of nginx's default buffers.
constexpr std::size_t kMaxTargetBytes = 4096;

constexpr std::string_view kHeader = "X-Session-Location ";

std::optional<InputProblem> problem(std::string_view what) {
  return InputProblem(std::string(kHeader).append(what));
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c != ' ' && byte < 0x80) {
      out += c;
    } else {
      out.append({'%', kDigits[byte >> 4U], kDigits[byte & 15U]});
    }
  }
  return out;
}

// Checks a reference with a scheme. `rest` is what follows the colon, up to the query or fragment.
std::optional<InputProblem> problem_of_address(std::string_view scheme, std::string_view rest,
                                               const RedirectHosts& hosts) {
  const std::string name = lower(scheme);
  if (name != "http" && name != "https") return problem("has a scheme other than http and https");
  if (!rest.starts_with("//")) return problem("has no // behind its scheme");
  rest.remove_prefix(2);
  const std::string_view authority = rest.substr(0, rest.find('/'));
  const auto target = parse_host_and_port(authority);
  if (!target) return problem("names no valid host: " + printable(authority));
  if (hosts.allows(*target, name == "https" ? 443 : 80)) return std::nullopt;
  return problem("leads to " + printable(authority) + ", which commit.redirect_hosts does not name");
}

std::optional<InputProblem> problem_of(std::string_view location, const RedirectHosts& hosts) {
  if (std::any_of(location.begin(), location.end(), is_control)) return problem("has a control character");
  const std::string_view path = location.substr(0, location.find_first_of("?#"));
  if (path.find('\\') != std::string_view::npos)
    return problem("has a backslash, which browsers take for a slash");
  if (path.starts_with("//")) return problem("begins with //: browsers take what follows for a host");
  // A colon in the first part ends a scheme (RFC 3986, section 4.2).
  const auto colon = path.substr(0, path.find('/')).find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  return problem_of_address(path.substr(0, colon), path.substr(colon + 1), hosts);
}

}  // namespace

Result<std::string, InputProblem> redirect_target(std::string_view location, const RedirectHosts& hosts) {
  using Target = Result<std::string, InputProblem>;
  if (auto found = problem_of(location, hosts)) return std::move(*found);
  std::string target = percent_encoded(location);
  if (target.size() > kMaxTargetBytes)
    return *problem("has more than " + std::to_string(kMaxTargetBytes) + " bytes");
  return Target(boost::system::in_place_value, std::move(target));
}

}  // namespace session::gateway
