#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/bytes.h"

namespace session {

// One reply of a Redis server (RESP2).
struct Reply {
  enum class Kind { nil, status, error, integer, bulk, array };

  Kind kind = Kind::nil;
  std::int64_t integer = 0;
  std::string text;             // the text of a status or an error
  Bytes bytes;                  // the content of a bulk string
  std::vector<Reply> elements;  // the elements of an array

  [[nodiscard]] bool is(Kind expected) const { return kind == expected; }
};

}  // namespace session
