#pragma once

#include <cstddef>
#include <cstring>
#include <string_view>

namespace session::gateway {

// The params of a request as libfcgi keeps them: "NAME=value" strings up to a null pointer, in the order they
// came. A view.
class Params {
 public:
  // REQUIRES: each string has a "=" (ParamsCheck sees to it).
  explicit Params(const char* const* strings) : strings_(strings) {}

  // Calls `take(name, value)` for each.
  template <class Take>
  void for_each(Take take) const {
    for (const char* const* string = strings_; *string != nullptr; ++string) {
      const char* const equals = std::strchr(*string, '=');
      take(std::string_view(*string, static_cast<std::size_t>(equals - *string)),
           std::string_view(equals + 1));
    }
  }

  [[nodiscard]] std::size_t size() const {
    std::size_t count = 0;
    while (strings_[count] != nullptr) ++count;
    return count;
  }

 private:
  const char* const* strings_;
};

}  // namespace session::gateway
