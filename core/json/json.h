#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "core/base/result.h"

namespace session {

using Json = nlohmann::json;

// How much JSON from outside may hold.
struct JsonLimits {
  std::size_t depth = 32;  // arrays and objects inside each other
  // Integers of more than 64 bits: JavaScript writes and reads them, as doubles.
  enum class LargeIntegers { refused, rounded };
  LargeIntegers large_integers = LargeIntegers::refused;
};

// Parses JSON (RFC 8259) from outside, more strictly than the grammar asks: refused besides syntax errors and
// invalid UTF-8 are nesting beyond the limit, an object with the same key twice (readers differ on which
// counts), and numbers that a 64-bit integer or a double can't hold. The problem never quotes the text. Work
// and memory are linear in the text.
[[nodiscard]] Result<Json, InputProblem> parse_json(std::string_view text, const JsonLimits& limits = {});

// The shortest text of a value. Never throws: values come from parse_json, so their strings are UTF-8; a
// stray byte from elsewhere is replaced.
[[nodiscard]] std::string to_text(const Json& value);

// What a JSON pointer (RFC 6901) finds; nullptr if there is nothing there. Never throws.
[[nodiscard]] const Json* find_at(const Json& value, const Json::json_pointer& pointer);

}  // namespace session
