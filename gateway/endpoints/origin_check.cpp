#include "gateway/endpoints/origin_check.h"

#include <string>

#include "core/base/text.h"

namespace session::gateway {
namespace {

// Returns the host of "host", "host:port" or "[v6]:port" in lower case; an IPv6 address keeps its brackets.
std::string host_of(std::string_view authority) {
  const auto end = authority.starts_with('[') ? authority.find(']') : authority.find(':');
  if (end == std::string_view::npos) return lower(authority);
  return lower(authority.substr(0, authority.starts_with('[') ? end + 1 : end));
}

bool is_port(std::string_view text) {
  return text.empty() ||
         (text.front() == ':' && text.find_first_not_of("0123456789", 1) == std::string_view::npos);
}

// Returns the host that an Origin header names (RFC 6454, section 7: exactly a scheme, a host and a port);
// nullopt for "null", for lists, and for anything else that is not an origin.
std::optional<std::string> origin_host(std::string_view origin) {
  const auto scheme = origin.find("://");
  if (scheme == std::string_view::npos || scheme == 0) return std::nullopt;
  const std::string_view authority = origin.substr(scheme + 3);
  std::string host = host_of(authority);
  if (host.empty() || host.find_first_of("/\\ \t@?#,") != std::string::npos) return std::nullopt;
  if (!is_port(authority.substr(host.size()))) return std::nullopt;
  return host;
}

}  // namespace

std::optional<std::string_view> cross_origin(const RequestHeaders& headers) {
  for (const std::string_view site : headers.all("Sec-Fetch-Site")) {
    if (lower(trimmed(site)) == "cross-site") return "The request comes from another site.";
  }
  const std::string host = host_of(trimmed(headers.get("Host")));
  for (const std::string_view origin : headers.all("Origin")) {
    const auto named = origin_host(trimmed(origin));
    if (!named || *named != host) return "The request comes from another origin.";
  }
  return std::nullopt;
}

}  // namespace session::gateway
