#include "gateway/config/operand.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "core/base/text.h"

namespace session::gateway {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Removes leading characters of a kind, and returns how many there were.
template <class Is>
std::size_t take(std::string_view& text, Is is) {
  const auto count = static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is) - text.begin());
  text.remove_prefix(count);
  return count;
}

void take_sign(std::string_view& text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
}

// Whether any version of YAML reads this plain text, in lower case, as a number: decimal, with _ between
// digits, in another base, infinity or NaN.
bool looks_numeric(std::string_view text) {
  take_sign(text);
  if (text == ".inf" || text == ".nan") return true;
  const auto is_part = [](char c) { return is_digit(c) || c == '_'; };
  if (text.starts_with("0x") || text.starts_with("0o") || text.starts_with("0b")) {
    text.remove_prefix(2);
    take(text, [&](char c) { return is_part(c) || (c >= 'a' && c <= 'f'); });
    return text.empty();
  }
  if (!text.empty() && text.front() == '_') return false;
  std::size_t digits = take(text, is_part);
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    digits += take(text, is_part);
  }
  if (digits > 0 && text.starts_with('e')) {
    text.remove_prefix(1);
    take_sign(text);
    if (take(text, is_digit) == 0) return false;
  }
  return digits > 0 && text.empty();
}

bool looks_true_or_false(std::string_view word) {
  constexpr std::array<std::string_view, 6> kWords = {"true", "false", "yes", "no", "on", "off"};
  return std::find(kWords.begin(), kWords.end(), word) != kWords.end();
}

}  // namespace

std::optional<Json> operand_in(const Field& field) {
  const auto text = field.text("text, a number, true or false");
  if (!text) return std::nullopt;
  const std::string word = lower(*text);
  const bool numeric = looks_numeric(word);
  if (field.node()->quoted || (!numeric && !looks_true_or_false(word))) return Json(std::string(*text));
  if (const auto value = parse_json(*text)) return *value;
  field.expected(numeric ? "a decimal number of at most 64 bits, or text in quotes"
                         : "true, false, or text in quotes");
  return std::nullopt;
}

}  // namespace session::gateway
