#pragma once

#include <optional>

#include "core/json/json.h"
#include "gateway/config/reader.h"

namespace session::gateway {

// The JSON value of a scalar in a rule: quoted text is a string, plain `5` a number, plain `true` a boolean,
// other plain text a string. nullopt, with a problem: null, lists, maps, and plain text that some YAML
// parsers take for a number or a boolean and others do not (010, 0x1f, 1_000, yes, True).
[[nodiscard]] std::optional<Json> operand_in(const Field& field);

}  // namespace session::gateway
