#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace session::gateway {

// The candidate that `text` was probably meant to be: the one with the fewest typing errors between them (a
// letter too many, missing, wrong, or two letters swapped; case does not count), if those are few for its
// length. To cut a word short, or to go on after its end, counts as one error. nullopt: none is near. Among
// equals the first.
[[nodiscard]] std::optional<std::string_view> suggested(std::string_view text,
                                                        const std::vector<std::string_view>& candidates);

// "; did you mean level?", or nothing: how a problem ends that names what is allowed.
[[nodiscard]] std::string suggestion(std::string_view text, const std::vector<std::string_view>& candidates);

}  // namespace session::gateway
