#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace session::gateway {

// What the words of a template stand for. A list is of such values again, one for each round of its block.
struct TemplateValues {
  std::map<std::string, std::string, std::less<>> words;
  std::map<std::string, std::vector<TemplateValues>, std::less<>> lists;
};

// Fills in a template:
//
// - @word@ becomes its value, the innermost one of that name. Another @ is itself.
// - Lines between `@each NAME@` and `@end@` are repeated for each value of that list.
// - Lines between `@if WORD@` and `@end@` stay if the word is not empty, and those between `@if not WORD@`
// and
//   `@end@` if it is.
//
// Blocks nest. A line of theirs has nothing else in it, and disappears. Throws std::logic_error if the
// template names what there is not, or if a block does not end: a bug in a file of conf/fronts.
[[nodiscard]] std::string fill_in(std::string_view text, const TemplateValues& values);

}  // namespace session::gateway
