#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace session::gateway {

// One thing that is wrong with a configuration file, in words for the person who wrote it.
// Never contains a secret: a value in the place of a secret is not quoted.
struct Problem {
  int line = 0;     // from 1; 0: none in particular
  std::string key;  // dotted, list items by number: "keys[0].id"; empty: the file as a whole
  std::string text;
};
using Problems = std::vector<Problem>;

// The problem as one line without a line break: "gateway.yaml:12: workers: expected auto or 1..256, got 0".
// Omits the line number or the key if the problem has none.
[[nodiscard]] std::string render(std::string_view file, const Problem& problem);

// Whether the character is printable ASCII other than a space.
[[nodiscard]] constexpr bool is_graphic(char c) { return c > 0x20 && c < 0x7f; }

// A piece of the file for a problem: escaped and shortened so that it can't break or forge a line of a log,
// and quoted unless it is one printable word.
[[nodiscard]] std::string shown(std::string_view text);

// The same without quotes: for dotted keys.
[[nodiscard]] std::string escaped(std::string_view text);

// "a", "a or b", "a, b or c".
[[nodiscard]] std::string any_of(const std::vector<std::string_view>& names);

}  // namespace session::gateway
