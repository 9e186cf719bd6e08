#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/json/json.h"

namespace session::gateway {

// What the values of settings look like, as JSON Schema (draft 7): for Field::describe. A schema takes every
// form that conf/gateway.yaml explains. It can't say all that the reader checks: the range of a duration, or
// what does not go together.

// Text of any kind. Without quotes YAML takes some of it for a number or for true.
[[nodiscard]] Json text_shape();
// Text that matches an ECMA 262 regular expression.
[[nodiscard]] Json pattern_shape(std::string_view pattern);
[[nodiscard]] Json choice_shape(const std::vector<std::string_view>& names);
[[nodiscard]] Json integer_shape(std::size_t min, std::size_t max);
[[nodiscard]] Json duration_shape();
[[nodiscard]] Json size_shape();
[[nodiscard]] Json any_shape(Json one, Json other);
// A map that has exactly one of these keys.
[[nodiscard]] Json one_key_shape(const std::vector<std::string_view>& keys);
// A map that is one of these, or a list of at most so many of them. The generator of the schema resolves it.
inline constexpr const char* kOrListOfAtMost = "or-list-of-at-most";

}  // namespace session::gateway
