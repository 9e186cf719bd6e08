#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/json/json.h"

namespace session {

// A JSON pointer (RFC 6901) that is taken apart once, to find values with it many times. Immutable.
class JsonPath {
 public:
  // REQUIRES: a valid pointer.
  explicit JsonPath(const std::string& pointer);

  // Whether it names the whole value.
  [[nodiscard]] bool empty() const { return tokens_.empty(); }
  // The member of the value that it leads into. REQUIRES: !empty().
  [[nodiscard]] const std::string& first() const { return tokens_.front().member; }
  // The value that it names; nullptr if there is none.
  [[nodiscard]] const Json* find(const Json& value) const;

 private:
  struct Token {
    std::string member;
    std::optional<std::size_t> element;  // what the token is of an array; nullopt: no array has it
  };
  std::vector<Token> tokens_;
};

}  // namespace session
