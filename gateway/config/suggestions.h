#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace session::gateway {

// The candidate that `text` was probably meant to be: the one with the smallest edit distance (a letter
// inserted, missing or wrong, or two letters swapped; case does not count), if it is small for its length. A
// prefix or an extension of a word counts as one error. nullopt: no candidate is near. Of equals, returns the
// first.
[[nodiscard]] std::optional<std::string_view> suggested(std::string_view text,
                                                        const std::vector<std::string_view>& candidates);

// "; did you mean level?", or nothing: the end of a problem that names the allowed values.
[[nodiscard]] std::string suggestion(std::string_view text, const std::vector<std::string_view>& candidates);

}  // namespace session::gateway
