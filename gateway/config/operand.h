#pragma once

#include <optional>

#include "core/json/json.h"
#include "gateway/config/reader.h"

namespace session::gateway {

// The JSON value that a scalar of a rule stands for: text in quotes is text, plain `5` a number, plain `true`
// a truth value, other plain text is text. nullopt, and reported: null, lists and maps, and plain text that
// some readers of YAML take for a number or a truth value and others do not (010, 0x1f, 1_000, yes, True).
[[nodiscard]] std::optional<Json> operand_in(const Field& field);

}  // namespace session::gateway
