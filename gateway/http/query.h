#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/result.h"

namespace session::gateway {

// The query of an address (application/x-www-form-urlencoded, WHATWG URL 5.1), decoded. A value.
class Query {
 public:
  // Reads `name=value&...`. A problem: more than 4,096 bytes, a percent sign without two digits, a name that
  // comes twice, or one that is not among `names`: a misspelled condition must not mean "all".
  [[nodiscard]] static Result<Query, InputProblem> parse(std::string_view text,
                                                         std::span<const std::string_view> names);

  // nullopt: the query does not have it.
  [[nodiscard]] std::optional<std::string> get(std::string_view name) const;
  [[nodiscard]] bool has(std::string_view name) const { return get(name).has_value(); }
  [[nodiscard]] bool empty() const { return values_.empty(); }

 private:
  std::vector<std::pair<std::string, std::string>> values_;
};

}  // namespace session::gateway
