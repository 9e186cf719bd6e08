#include "gateway/config/redirect_hosts.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "core/base/text.h"
#include "gateway/config/sections.h"
#include "gateway/config/shapes.h"

namespace session::gateway {
namespace {

constexpr std::size_t kMaxHostBytes = 253;
constexpr std::size_t kMaxHosts = 64;

bool is_label(std::string_view label) {
  return !label.empty() && std::all_of(label.begin(), label.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

bool is_name(std::string_view host) {
  if (host.size() > kMaxHostBytes) return false;
  for (;;) {
    const auto dot = host.find('.');
    if (!is_label(host.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    host.remove_prefix(dot + 1);
  }
}

// Returns the canonical form of an IPv6 address in brackets.
std::optional<std::string> canonical_ipv6(std::string_view text) {
  if (text.size() < 2 || text.back() != ']' || text.size() > INET6_ADDRSTRLEN) return std::nullopt;
  const std::string inner(text.substr(1, text.size() - 2));
  std::array<unsigned char, sizeof(in6_addr)> address{};
  std::array<char, INET6_ADDRSTRLEN> out{};
  if (inner.find('\0') != std::string::npos || inet_pton(AF_INET6, inner.c_str(), address.data()) != 1 ||
      inet_ntop(AF_INET6, address.data(), out.data(), static_cast<socklen_t>(out.size())) == nullptr)
    return std::nullopt;
  return "[" + std::string(out.data()) + "]";
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

}  // namespace

std::optional<HostAndPort> parse_host_and_port(std::string_view text) {
  const auto bracket = text.starts_with('[') ? text.find(']') : 0;
  if (bracket == std::string_view::npos) return std::nullopt;
  const auto colon = text.find(':', bracket);
  HostAndPort parsed;
  const std::string_view host = text.substr(0, colon);
  if (host.starts_with('[')) {
    auto address = canonical_ipv6(host);
    if (!address) return std::nullopt;
    parsed.host = std::move(*address);
  } else {
    parsed.host = lower(host);
    if (!is_name(parsed.host)) return std::nullopt;
  }
  if (colon == std::string_view::npos) return parsed;
  const auto port = parse_port(text.substr(colon + 1));
  if (!port) return std::nullopt;
  parsed.port = *port;
  return parsed;
}

bool RedirectHosts::add(std::string_view text) {
  const bool below = text.starts_with('.');
  auto where = parse_host_and_port(text.substr(below ? 1 : 0));
  if (!where || (below && where->host.starts_with('['))) return false;
  entries_.push_back({std::move(*where), below});
  return true;
}

bool RedirectHosts::allows(const HostAndPort& target, std::uint16_t own_port) const {
  const auto port_of = [&](const HostAndPort& each) { return each.port == 0 ? own_port : each.port; };
  return std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) {
    if (port_of(target) != port_of(entry.where)) return false;
    return entry.below ? target.host.ends_with("." + entry.where.host) : target.host == entry.where.host;
  });
}

void read_commit(Section& section, RedirectHosts& to) {
  const Field field = section["redirect_hosts"];
  field.describe([] { return Json{{"maxItems", kMaxHosts}}; });
  const std::vector<Field> items = items_of(field);
  if (items.size() > kMaxHosts)
    field.problem("expected at most " + std::to_string(kMaxHosts) + " hosts, got " +
                  std::to_string(items.size()));
  constexpr std::string_view kForm =
      "a host such as login.example.com, example.com:8443 or .example.com (every host below it), without "
      "scheme and path, and in ASCII";
  for (const Field& item : items) {
    item.describe(text_shape);
    const auto text = item.text(kForm);
    if (text && !to.add(*text)) item.expected(kForm);
  }
}

}  // namespace session::gateway
