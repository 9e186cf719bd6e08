#pragma once

#include <memory>
#include <optional>
#include <string>

#include "gateway/nginx/syntax/syntax.h"

namespace session::gateway {

// The arguments of `location`, and which paths they match. Immutable; thread-safe.
class LocationMatch {
 public:
  enum class Kind { exact, prefix, shielded_prefix, regex };  // =, no modifier, ^~, and ~ or ~*

  // Compiles a pattern once. REQUIRES: a `location` block.
  explicit LocationMatch(const Directive& location);

  [[nodiscard]] Kind kind() const { return kind_; }
  // The path, or the pattern, without the modifier.
  [[nodiscard]] const std::string& text() const { return text_; }
  // Returns true if both have the same pattern with the same case sensitivity.
  [[nodiscard]] bool same_pattern(const LocationMatch& other) const;

  // Returns true if the pattern matches the path. nullopt: unknown, because the pattern does not compile or
  // is too costly. REQUIRES: kind() is regex.
  [[nodiscard]] std::optional<bool> finds(const std::string& path) const;
  // Returns true if the pattern is anchored at the start of the path (^/images/). REQUIRES: kind() is regex.
  [[nodiscard]] bool anchored() const;
  // Returns true if the pattern can match a path with this beginning; false if unknown. A pattern without an
  // anchor can match after any beginning. REQUIRES: kind() is regex.
  [[nodiscard]] bool may_find_below(const std::string& beginning) const;

 private:
  struct Pattern;

  Kind kind_ = Kind::prefix;
  bool ignores_case_ = false;
  std::string text_;
  std::shared_ptr<const Pattern> pattern_;  // nullptr: there is none, or it does not compile
};

}  // namespace session::gateway
