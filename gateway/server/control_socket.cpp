#include "gateway/server/control_socket.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "core/crypto/base64url.h"
#include "core/crypto/random.h"

namespace session::gateway {
namespace {

constexpr std::string_view kPrefix = "session-gateway/";
constexpr std::size_t kRandomBytes = 9;

std::optional<pid_t> pid_in(std::string_view name) {
  if (!name.starts_with(kPrefix)) return std::nullopt;
  name.remove_prefix(kPrefix.size());
  pid_t pid = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
  if (error != std::errc() || pid <= 0 || end == name.data() + name.size() || *end != '/')
    return std::nullopt;
  return pid;
}

}  // namespace

std::string new_control_name() {
  return std::string(kPrefix) + std::to_string(::getpid()) + "/" +
         base64url(system_random().bytes(kRandomBytes));
}

// A line ends with the name, which @ stands in front of if it is abstract. A connection has the name of its
// listener, and so it comes more than once.
std::vector<ControlName> control_names_in(std::string_view table) {
  std::vector<ControlName> names;
  while (!table.empty()) {
    const std::string_view line = table.substr(0, table.find('\n'));
    table.remove_prefix(std::min(line.size() + 1, table.size()));
    const auto at = line.find(" @");
    if (at == line.npos) continue;
    const std::string_view name = line.substr(at + 2);
    const auto pid = pid_in(name);
    const auto same = [&](const ControlName& each) { return each.name == name; };
    if (pid && std::none_of(names.begin(), names.end(), same)) names.push_back({std::string(name), *pid});
  }
  return names;
}

}  // namespace session::gateway
