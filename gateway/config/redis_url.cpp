#include "gateway/config/redis_url.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "core/base/unix_socket.h"
#include "gateway/config/plain_text.h"
#include "gateway/config/units.h"

namespace session::gateway {
namespace {

// The problem as a sentence; empty: none.
using Fault = std::string;

constexpr std::size_t kMaxHostBytes = 253;  // of a name in the DNS (RFC 1035)

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_name_char(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' || c == '.';
}

using Numeric = std::array<unsigned char, sizeof(in6_addr)>;

// The address in network order; nullopt if the text is not a numeric address of that family.
std::optional<Numeric> numeric(std::string_view text, int family) {
  Numeric address{};
  const std::string terminated(text);
  if (text.find('\0') != text.npos || inet_pton(family, terminated.c_str(), address.data()) != 1)
    return std::nullopt;
  return address;
}

// A last label of digits only makes the text an address, which must be complete: otherwise 10.0.0
// or 10.0.0.256 would be looked up as a name that nobody meant.
bool is_name(std::string_view text) {
  if (text.empty() || !std::all_of(text.begin(), text.end(), is_name_char)) return false;
  if (text.front() == '.' || text.back() == '.' || text.find("..") != text.npos) return false;
  const std::string_view last = text.substr(text.rfind('.') + 1);  // npos + 1 is 0
  return !std::all_of(last.begin(), last.end(), is_digit) || numeric(text, AF_INET);
}

std::string at_most(std::string_view what, std::size_t most, std::size_t got) {
  return std::string("expected ").append(what) + " of at most " + std::to_string(most) + " bytes, got " +
         std::to_string(got);
}

Fault read_database(std::string_view text, unsigned& to) {
  const auto number = parse_count(text);
  if (!number || *number > kMaxRedisDatabase) return "expected a database of 0..65535 in the url";
  to = static_cast<unsigned>(*number);
  return {};
}

Fault read_port(std::string_view text, std::uint16_t& to) {
  if (text.empty()) return {};
  const auto port = parse_count(text.substr(1));
  if (!port || *port == 0 || *port > 65535) return "expected a port of 1..65535 after the host of the url";
  to = static_cast<std::uint16_t>(*port);
  return {};
}

Fault read_ipv6(std::string_view text, RedisAddress& to) {
  const auto close = text.find(']');
  if (close == text.npos) return "expected a ] after the IPv6 address in the url";
  to.host = text.substr(1, close - 1);
  const std::string_view after = text.substr(close + 1);
  if (!numeric(to.host, AF_INET6)) return "expected an IPv6 address between the brackets of the url";
  if (!after.empty() && after.front() != ':') return "expected a port or a / after the ] of the url";
  return read_port(after, to.port);
}

// host, host:port, [IPv6] or [IPv6]:port.
Fault read_server(std::string_view text, RedisAddress& to) {
  if (text.starts_with('[')) return read_ipv6(text, to);
  const auto colon = std::min(text.find(':'), text.size());
  if (std::count(text.begin(), text.end(), ':') > 1)
    return "expected brackets around an IPv6 address in the url: redis://[::1]:6379";
  to.host = text.substr(0, colon);
  if (to.host.empty()) return "expected a host in the url, as in redis://127.0.0.1:6379";
  if (to.host.size() > kMaxHostBytes) return at_most("a host", kMaxHostBytes, to.host.size());
  if (!is_name(to.host)) return "expected the name of a host, an IPv4 or an [IPv6] address in the url";
  return read_port(text.substr(colon), to.port);
}

Fault read_tcp(std::string_view text, RedisUrl& to) {
  if (text.find('?') != text.npos) return "expected no parameters (?) in the url";
  const auto slash = std::min(text.find('/'), text.size());
  Fault fault = read_server(text.substr(0, slash), to.address);
  const std::string_view database = text.substr(std::min(slash + 1, text.size()));
  if (!fault.empty() || database.empty()) return fault;
  return read_database(database, to.database);
}

Fault read_unix(std::string_view text, RedisUrl& to) {
  const auto question = std::min(text.find('?'), text.size());
  const std::string_view path = text.substr(0, question);
  const std::string_view parameters = text.substr(question);
  if (!path.starts_with('/') || path.ends_with('/') || first_not_text(path))
    return "expected the absolute path of a socket, as in unix:///run/redis.sock";
  if (path.size() > kMaxSocketPath) return at_most("a path", kMaxSocketPath, path.size());
  to.address.path = path;
  if (parameters.empty()) return {};
  if (!parameters.starts_with("?db=")) return "expected no parameter but db in the url";
  return read_database(parameters.substr(4), to.database);
}

// Whether the url contains a user or a password. Outside of a path, an @ comes after one of these.
bool has_credentials(std::string_view text) {
  return text.find('@') != text.npos && !text.starts_with("unix:///");
}

Fault read_url(std::string_view text, RedisUrl& to) {
  if (text.size() > kMaxRedisUrlBytes) return at_most("a url", kMaxRedisUrlBytes, text.size());
  if (has_credentials(text))
    return "expected no user or password in the url: they belong in store.redis.user and "
           "store.redis.password";
  if (text.find('#') != text.npos) return "expected no fragment (#) in the url";
  if (text.find('%') != text.npos) return "expected no % in the url: nothing in it is decoded";
  constexpr std::string_view kPlain = "redis://", kTls = "rediss://", kUnix = "unix://";
  to.tls = text.starts_with(kTls);
  if (to.tls) return read_tcp(text.substr(kTls.size()), to);
  if (text.starts_with(kPlain)) return read_tcp(text.substr(kPlain.size()), to);
  if (text.starts_with(kUnix)) return read_unix(text.substr(kUnix.size()), to);
  return "expected a url that begins with redis://, rediss:// (TLS) or unix:///";
}

}  // namespace

Result<RedisUrl, std::string> parse_redis_url(std::string_view text, std::uint16_t default_port) {
  RedisUrl url;
  url.address.port = default_port;
  Fault fault = read_url(text, url);
  if (!fault.empty()) return fault;
  return url;
}

bool is_host(std::string_view text) {
  return text.size() <= kMaxHostBytes && (is_name(text) || numeric(text, AF_INET6));
}

bool is_local(const RedisAddress& address) {
  if (!address.path.empty() || address.host == "localhost") return true;
  Numeric loopback{};
  loopback.back() = 1;  // ::1
  const auto ipv4 = numeric(address.host, AF_INET);
  return (ipv4 && ipv4->front() == 127) || numeric(address.host, AF_INET6) == loopback;
}

}  // namespace session::gateway
