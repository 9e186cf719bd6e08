#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/store/redis/connection/options.h"

namespace session::gateway {

inline constexpr std::size_t kMaxRedisUrlBytes = 512;
inline constexpr unsigned kMaxRedisDatabase = 65535;

// A Redis server as a configuration names it.
struct RedisUrl {
  RedisAddress address;
  unsigned database = 0;
  bool tls = false;
};

// Reads redis://host[:port][/db], rediss://host[:port][/db] (which is TLS) or unix:///absolute/path[?db=N]. A
// host is a name, an IPv4 address or an IPv6 address in brackets; without a port it is `default_port`. A user
// and a password are refused, as are %xx, other parameters and fragments.
// The error says what is expected and quotes nothing, because a mistyped url may contain a password.
[[nodiscard]] Result<RedisUrl, std::string> parse_redis_url(std::string_view text,
                                                            std::uint16_t default_port);

// Whether the text is a valid host name, or a numeric address without brackets.
[[nodiscard]] bool is_host(std::string_view text);

// Whether nothing that is sent there leaves this machine: a Unix socket, or a host whose name or address is
// loopback.
[[nodiscard]] bool is_local(const RedisAddress& address);

}  // namespace session::gateway
