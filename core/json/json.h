#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "core/base/result.h"

namespace session {

using Json = nlohmann::json;

// Limits for JSON from outside.
struct JsonLimits {
  std::size_t depth = 32;  // arrays and objects inside each other
  // What to do with integers of more than 64 bits, which JavaScript writes and reads as doubles.
  enum class LargeIntegers { refused, rounded };
  LargeIntegers large_integers = LargeIntegers::refused;
};

// Parses JSON (RFC 8259) from outside, more strictly than the grammar. Besides syntax errors and invalid
// UTF-8 it rejects nesting beyond the limit, an object with a duplicate key (parsers disagree on which value
// counts), and numbers that neither a 64-bit integer nor a double can hold. The problem never quotes the
// text. Time and memory are linear in the text.
[[nodiscard]] Result<Json, InputProblem> parse_json(std::string_view text, const JsonLimits& limits = {});

// The shortest JSON text of a value. Never throws: values come from parse_json, so their strings are UTF-8;
// invalid bytes from elsewhere are replaced.
[[nodiscard]] std::string to_text(const Json& value);

}  // namespace session
