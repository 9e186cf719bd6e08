#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gateway/http/location_settings.h"

namespace session::gateway {

// The params of a FastCGI request, in the order they came. Names may repeat: nginx before 1.23 passes a
// header that came twice as two params.
class Params {
 public:
  struct Param {
    std::string_view name, value;
  };

  Params() = default;
  explicit Params(std::vector<Param> params) : params_(std::move(params)) {}

  // The first of that name; empty if there is none.
  [[nodiscard]] std::string_view get(std::string_view name) const {
    for (const Param& param : params_) {
      if (param.name == name) return param.value;
    }
    return {};
  }
  // All of that name.
  [[nodiscard]] std::vector<std::string_view> all(std::string_view name) const {
    std::vector<std::string_view> values;
    for (const Param& param : params_) {
      if (param.name == name) values.push_back(param.value);
    }
    return values;
  }
  [[nodiscard]] std::size_t size() const { return params_.size(); }

 private:
  std::vector<Param> params_;
};

// One request, as a value. Of the params, those whose name begins with HTTP_, the method, CONTENT_LENGTH and
// the query string are the client's word; all others are nginx's.
struct Request {
  Params params;
  std::string body = {};
  LocationSettings settings = {};
};

}  // namespace session::gateway
