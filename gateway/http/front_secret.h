#pragma once

#include <optional>
#include <string_view>

#include "core/base/secret.h"

namespace session::gateway {

// The secret by which a request shows that it comes from the front, if the request carries one. A view, like
// all of a request's texts: no copy of it stays behind.
class FrontSecret {
 public:
  // Two different secrets are none, since neither can be trusted to be the one that was meant.
  void add(std::string_view value) {
    if (!value_) value_ = value;
    conflicting_ = conflicting_ || !equal_in_constant_time(*value_, value);
  }

  // nullopt: the request carries none, or two different ones.
  [[nodiscard]] std::optional<std::string_view> value() const { return conflicting_ ? std::nullopt : value_; }

 private:
  std::optional<std::string_view> value_;
  bool conflicting_ = false;
};

}  // namespace session::gateway
