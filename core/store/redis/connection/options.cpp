#include "core/store/redis/connection/options.h"

#include <algorithm>
#include <exception>

namespace session {

bool can_be_host(std::string_view text) {
  constexpr std::size_t kMax = 253;  // RFC 1035 2.3.4
  return !text.empty() && text.size() <= kMax &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

std::string to_text(const RedisAddress& address) {
  if (!address.path.empty()) return "unix:" + address.path;
  const bool ipv6 = address.host.find(':') != std::string::npos;
  return (ipv6 ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
}

void tell(const RedisListener& listener, const RedisEvent& event) {
  if (!listener) return;
  try {
    listener(event);
  } catch (const std::exception&) {
    // As it is said.
  }
}

}  // namespace session
