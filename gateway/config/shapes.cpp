#include "gateway/config/shapes.h"

#include <algorithm>

namespace session::gateway {

Json text_shape() { return {{"type", {"string", "number", "boolean"}}}; }

Json pattern_shape(std::string_view pattern) { return {{"type", "string"}, {"pattern", pattern}}; }

Json choice_shape(const std::vector<std::string_view>& names) {
  Json values = Json::array();
  for (const std::string_view name : names) {
    if (name == "true" || name == "false") {
      values.push_back(name == "true");
    } else {
      values.push_back(name);
    }
  }
  // Tools that read YAML 1.1 take it for false.
  if (std::find(names.begin(), names.end(), "off") != names.end()) values.push_back(false);
  return {{"enum", values}};
}

Json integer_shape(std::size_t min, std::size_t max) {
  return {{"type", "integer"}, {"minimum", min}, {"maximum", max}};
}

Json duration_shape() { return pattern_shape("^(0|[1-9][0-9]*)(ms|s|m|h|d)$"); }

Json size_shape() { return pattern_shape("^(0|[1-9][0-9]*)(KiB|MiB|GiB)$"); }

Json any_shape(Json one, Json other) { return {{"anyOf", Json::array({std::move(one), std::move(other)})}}; }

Json one_key_shape(const std::vector<std::string_view>& keys) {
  Json options = Json::array();
  for (const std::string_view key : keys) options.push_back({{"required", Json::array({key})}});
  return {{"type", "object"}, {"oneOf", options}};
}

}  // namespace session::gateway
