#include "gateway/config/units.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <limits>
#include <utility>

namespace session::gateway {
namespace {

using Unit = std::pair<std::string_view, std::int64_t>;

// Smallest first.
constexpr std::array<Unit, 5> kDurations = {
    {{"ms", 1}, {"s", 1000}, {"m", 60 * 1000}, {"h", 60 * 60 * 1000}, {"d", 24 * 60 * 60 * 1000}}};
constexpr std::array<Unit, 3> kSizes = {
    {{"KiB", std::int64_t{1} << 10}, {"MiB", std::int64_t{1} << 20}, {"GiB", std::int64_t{1} << 30}}};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

Result<std::int64_t, UnitError> parse_digits(std::string_view text) {
  const bool leading_zero = text.size() > 1 && text.front() == '0';
  if (text.empty() || leading_zero || !std::all_of(text.begin(), text.end(), is_digit)) {
    return UnitError::malformed;
  }
  std::int64_t value = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end.ec != std::errc()) return UnitError::too_large;
  return value;
}

template <std::size_t N>
Result<std::int64_t, UnitError> parse_with_unit(std::string_view text, const std::array<Unit, N>& units) {
  const auto digits = std::find_if_not(text.begin(), text.end(), is_digit) - text.begin();
  const std::string_view suffix = text.substr(static_cast<std::size_t>(digits));
  const auto unit =
      std::find_if(units.begin(), units.end(), [&](const Unit& u) { return u.first == suffix; });
  if (unit == units.end()) return UnitError::malformed;
  const auto number = parse_digits(text.substr(0, static_cast<std::size_t>(digits)));
  if (!number) return number;
  if (*number > std::numeric_limits<std::int64_t>::max() / unit->second) return UnitError::too_large;
  return *number * unit->second;
}

// In the largest unit that divides the value; in `bare` if none does.
template <std::size_t N>
std::string format(std::int64_t value, const std::array<Unit, N>& units, std::string_view bare) {
  for (auto unit = units.rbegin(); unit != units.rend(); ++unit) {
    if (value != 0 && value % unit->second == 0) {
      return std::to_string(value / unit->second).append(unit->first);
    }
  }
  return std::to_string(value).append(bare);
}

Result<std::size_t, UnitError> as_size(const Result<std::int64_t, UnitError>& value) {
  if (!value) return value.error();
  return static_cast<std::size_t>(*value);
}

}  // namespace

Result<std::size_t, UnitError> parse_count(std::string_view text) { return as_size(parse_digits(text)); }

Result<milliseconds, UnitError> parse_duration(std::string_view text) {
  const auto count = parse_with_unit(text, kDurations);
  if (!count) return count.error();
  return milliseconds(*count);
}

Result<std::size_t, UnitError> parse_size(std::string_view text, PlainBytes plain) {
  const bool bare = !text.empty() && is_digit(text.back());
  if (bare && plain == PlainBytes::allowed) return parse_count(text);
  return as_size(parse_with_unit(text, kSizes));
}

std::optional<unsigned> parse_mode(std::string_view text) {
  if (text.size() == 4 && text.front() == '0') text.remove_prefix(1);
  unsigned mode = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), mode, 8);
  const bool octal = end.ec == std::errc() && end.ptr == text.data() + text.size();
  if (text.size() != 3 || !octal || text.front() == '-') return std::nullopt;
  return mode;
}

std::string format_duration(milliseconds duration) { return format(duration.count(), kDurations, "s"); }

std::string format_size(std::size_t bytes) { return format(static_cast<std::int64_t>(bytes), kSizes, ""); }

}  // namespace session::gateway
