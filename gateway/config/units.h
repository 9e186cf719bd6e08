#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/clock.h"
#include "core/base/result.h"

namespace session::gateway {

enum class UnitError {
  malformed,  // not in the form that the function expects
  too_large,  // the right form, but more than the type can hold
};

// A decimal number: digits only. No sign, and no leading zero, which some parsers take for octal.
[[nodiscard]] Result<std::size_t, UnitError> parse_count(std::string_view text);

// A number and its unit, without a space: ms, s, m, h or d ("250ms", "5s", "30m", "12h", "400d").
// No bare number (not even 0), no sign, no fraction.
[[nodiscard]] Result<milliseconds, UnitError> parse_duration(std::string_view text);

// A number of bytes: with a unit, KiB, MiB or GiB ("256MiB"), or bare where PlainBytes allows it.
enum class PlainBytes { allowed, refused };
[[nodiscard]] Result<std::size_t, UnitError> parse_size(std::string_view text, PlainBytes plain);

// Permission bits: three octal digits, with or without a zero before them ("0660").
[[nodiscard]] std::optional<unsigned> parse_mode(std::string_view text);

// Formats a value in the largest unit that is exact; the parsers above read it back.
[[nodiscard]] std::string format_duration(milliseconds duration);
[[nodiscard]] std::string format_size(std::size_t bytes);

}  // namespace session::gateway
