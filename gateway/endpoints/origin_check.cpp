#include "gateway/endpoints/origin_check.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <vector>

#include "core/base/text.h"

namespace session::gateway {
namespace {

constexpr std::string_view kOtherSite = "The request comes from another site.";
constexpr std::string_view kOtherOrigin = "The request comes from another origin.";

// A host with the port that is named beside it, if one is.
struct Authority {
  std::string host;  // in lower case; an IPv6 address with its brackets
  std::optional<unsigned> port = {};
};

// nullopt: this is no port.
std::optional<unsigned> port_in(std::string_view text) {
  unsigned port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port > 65535) return std::nullopt;
  return port;
}

// Reads "host", "host:port" or "[v6]:port". nullopt: it is none of these.
std::optional<Authority> authority_in(std::string_view text) {
  const auto bracket = text.starts_with('[') ? text.find(']') : 0;
  const auto colon = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
  Authority authority{lower(text.substr(0, colon))};
  if (authority.host.empty() || authority.host.find_first_of("/\\ \t@?#,") != std::string::npos)
    return std::nullopt;
  if (colon == std::string_view::npos || colon + 1 == text.size()) return authority;
  authority.port = port_in(text.substr(colon + 1));
  if (!authority.port) return std::nullopt;
  return authority;
}

std::optional<unsigned> own_port_of(std::string_view scheme) {
  if (scheme == "https") return 443;
  if (scheme == "http") return 80;
  return std::nullopt;
}

// The place that a request was sent to.
struct Target {
  std::optional<Authority> authority;
  std::string_view scheme;  // empty: not known
};

// Whether an Origin header names the target (RFC 6454, section 7: exactly a scheme, a host and a port). It
// does not if it is "null", a list, or anything else that is not an origin.
bool is_origin_of(const Target& target, std::string_view origin) {
  const auto separator = origin.find("://");
  if (separator == std::string_view::npos || separator == 0 || !target.authority) return false;
  const std::string scheme = lower(origin.substr(0, separator));
  const auto named = authority_in(origin.substr(separator + 3));
  if (!named || named->host != target.authority->host) return false;
  if (!target.scheme.empty() && scheme != target.scheme) return false;
  if (target.scheme.empty() && !target.authority->port) return true;
  const auto own = own_port_of(scheme);
  return (named->port ? named->port : own) == (target.authority->port ? target.authority->port : own);
}

// What the Sec-Fetch-Site headers say, in lower case. nginx joins repeated headers with commas.
std::vector<std::string> fetch_sites(const RequestHeaders& headers) {
  std::vector<std::string> sites;
  for (std::string_view rest : headers.all("Sec-Fetch-Site")) {
    do {
      sites.push_back(lower(take_item(rest, ',')));
    } while (!rest.empty());
  }
  return sites;
}

}  // namespace

std::optional<std::string_view> cross_origin(const RequestHeaders& headers, std::string_view scheme) {
  const std::vector<std::string> sites = fetch_sites(headers);
  const auto says = [&](std::string_view site) {
    return std::find(sites.begin(), sites.end(), site) != sites.end();
  };
  if (says("cross-site")) return kOtherSite;
  const auto same = std::count(sites.begin(), sites.end(), "same-origin");
  if (!sites.empty() && same == static_cast<std::ptrdiff_t>(sites.size())) return std::nullopt;
  const auto origins = headers.all("Origin");
  if (origins.empty() && says("same-site")) return kOtherOrigin;
  const Target target{authority_in(trimmed(headers.get("Host"))), scheme};
  for (const std::string_view origin : origins) {
    if (!is_origin_of(target, trimmed(origin))) return kOtherOrigin;
  }
  return std::nullopt;
}

}  // namespace session::gateway
