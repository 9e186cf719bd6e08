#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/json/json.h"

namespace session {

// A JSON pointer (RFC 6901) that is taken apart once, for finding values with it many times: find() makes no
// strings, and finds what find_at() does. Immutable.
class JsonPath {
 public:
  explicit JsonPath(Json::json_pointer pointer);

  // The value that the pointer names; nullptr if there is none.
  [[nodiscard]] const Json* find(const Json& value) const;

 private:
  struct Token {
    std::string member;
    std::optional<std::size_t> element;  // what the token is of an array; nullopt: no array has it
  };
  std::vector<Token> tokens_;
};

}  // namespace session
