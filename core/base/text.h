#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace session {

// The text without spaces and tabs at both ends (RFC 9110 5.6.3, optional white space).
[[nodiscard]] inline std::string_view trimmed(std::string_view text) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

// Removes the next item of a list from the front of `rest` and returns it, trimmed. Items may be empty.
[[nodiscard]] inline std::string_view take_item(std::string_view& rest, char separator) {
  const auto end = rest.find(separator);
  const std::string_view item = trimmed(rest.substr(0, end));
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return item;
}

// Converts ASCII letters to lower case, keeps other bytes, and ignores the locale, unlike std::tolower.
[[nodiscard]] constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
[[nodiscard]] inline std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) { return lower(c); });
  return out;
}

// Whether two texts are equal without regard to the case of ASCII letters: for header names, hosts and cookie
// name prefixes.
[[nodiscard]] inline bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace session
