#pragma once

#include <map>
#include <optional>
#include <string>

namespace session::gateway {

// Returns a text that the regular expression matches, with x for what may be anything: /admin/x for
// ^/admin(/.*)$. nullopt: none was found, or the pattern can't be evaluated.
[[nodiscard]] std::optional<std::string> sample_of(const std::string& pattern);

// Returns a path that the regular expression matches: a sample with a slash in front.
[[nodiscard]] std::optional<std::string> path_sample_of(const std::string& pattern);

// Returns what the groups of the regular expression capture in a text, by number and by name. nullopt: it
// does not match, or can't be evaluated.
[[nodiscard]] std::optional<std::map<std::string, std::string>> captures_of(const std::string& pattern,
                                                                            const std::string& text);

}  // namespace session::gateway
