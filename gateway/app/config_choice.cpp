#include "gateway/app/config_choice.h"

#include <filesystem>

namespace session::gateway {

ConfigChoice choose_config(const std::optional<std::string>& given, const std::string& usual) {
  if (given) return {given, ""};
  std::error_code failure;
  const auto found = std::filesystem::status(usual, failure);
  if (found.type() != std::filesystem::file_type::not_found) return {usual, "configuration: " + usual};
  return {std::nullopt, "configuration: the defaults, as there is no --config and no " + usual};
}

}  // namespace session::gateway
