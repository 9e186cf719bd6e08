#include "core/store/redis/options.h"

namespace session {

std::string to_text(const RedisAddress& address) {
  if (!address.path.empty()) return "unix:" + address.path;
  const bool ipv6 = address.host.find(':') != std::string::npos;
  return (ipv6 ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
}

}  // namespace session
