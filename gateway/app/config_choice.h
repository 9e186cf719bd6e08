#pragma once

#include <optional>
#include <string>

namespace session::gateway {

// Where the Debian package has the configuration: what check, nginx and lint read unless they are told
// otherwise.
inline constexpr const char* kUsualConfiguration = "/etc/session-gateway/gateway.yaml";

// Which configuration a command reads.
struct ConfigChoice {
  std::optional<std::string> file;  // nullopt: the defaults
  std::string told;                 // a line for the operator who has not said which; "" for one who has
};

// The given file; else the usual one if it is there, also if it can't be read, which is for the reader to
// say; else the defaults.
[[nodiscard]] ConfigChoice choose_config(const std::optional<std::string>& given, const std::string& usual);

}  // namespace session::gateway
