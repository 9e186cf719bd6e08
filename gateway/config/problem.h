#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace session::gateway {

// Something that is wrong with a configuration file, in words for the person who wrote it.
// Never holds a secret: what stands in the place of one is not quoted.
struct Problem {
  int line = 0;     // from 1; 0: none in particular
  std::string key;  // dotted, list items by number: "keys[0].id"; empty: the file as a whole
  std::string text;
};
using Problems = std::vector<Problem>;

// The problem as one line without a line break: "gateway.yaml:12: workers: expected auto or 1..256, got 0".
// Without a line or a key, without that part.
[[nodiscard]] std::string render(std::string_view file, const Problem& problem);

// Printable ASCII, and no space.
[[nodiscard]] constexpr bool is_graphic(char c) { return c > 0x20 && c < 0x7f; }

// A piece of the file as it stands in a problem: escaped and shortened so that it can't break or forge a line
// of a log, in quotes unless it is one printable word.
[[nodiscard]] std::string shown(std::string_view text);

// The same without quotes: for dotted keys.
[[nodiscard]] std::string escaped(std::string_view text);

// "a", "a or b", "a, b or c".
[[nodiscard]] std::string any_of(const std::vector<std::string_view>& names);

}  // namespace session::gateway
