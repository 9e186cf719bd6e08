#pragma once

#include <memory>
#include <optional>
#include <string>

#include "gateway/nginx/syntax/syntax.h"

namespace session::gateway {

// The words behind `location`: what addresses they are for. Immutable; may be used by several threads.
class LocationMatch {
 public:
  enum class Kind { exact, prefix, shielded_prefix, regex };  // =, nothing, ^~, and ~ or ~*

  // A pattern is compiled now, once. REQUIRES: a `location` block.
  explicit LocationMatch(const Directive& location);

  [[nodiscard]] Kind kind() const { return kind_; }
  // The path, or the pattern, without the modifier.
  [[nodiscard]] const std::string& text() const { return text_; }
  // Whether it is the same pattern as that of the other, and looks at letters in the same way.
  [[nodiscard]] bool same_pattern(const LocationMatch& other) const;

  // Whether the pattern finds something in that path. nullopt: it can't be told, because the pattern is none
  // for us, or too costly. REQUIRES: regex.
  [[nodiscard]] std::optional<bool> finds(const std::string& path) const;
  // Whether the pattern names a place from the beginning of the path on (^/images/). REQUIRES: regex.
  [[nodiscard]] bool anchored() const;
  // Whether the pattern could find something in a path that begins so. False where it can't be told. What is
  // not anchored can be found behind any beginning. REQUIRES: regex.
  [[nodiscard]] bool may_find_below(const std::string& beginning) const;

 private:
  struct Pattern;

  Kind kind_ = Kind::prefix;
  bool ignores_case_ = false;
  std::string text_;
  std::shared_ptr<const Pattern> pattern_;  // null: none, or none for us
};

}  // namespace session::gateway
