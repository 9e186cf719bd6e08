#pragma once

#include <optional>
#include <string>

namespace session::gateway {

// The path of the Debian package's configuration. check, nginx and lint read it unless the command line names
// another.
inline constexpr const char* kUsualConfiguration = "/etc/session-gateway/gateway.yaml";

// Which configuration a command reads.
struct ConfigChoice {
  std::optional<std::string> file;  // nullopt: the defaults
  std::string notice;               // names the configuration, for an operator who did not choose it; else ""
};

// Returns the given file; else the installed one if it exists, even if it can't be read, which the reader
// then reports; else the defaults.
[[nodiscard]] ConfigChoice choose_config(const std::optional<std::string>& given, const std::string& usual);

}  // namespace session::gateway
