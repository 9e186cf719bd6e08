#pragma once

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "gateway/http/request.h"
#include "gateway/transport/fastcgi/front_params.h"

namespace session::test {

// A request in the making. It owns the texts that the request's params view, so it outlives the request.
class Asked {
 public:
  Asked() = default;
  explicit Asked(const std::string& method) { with("REQUEST_METHOD", method); }

  Asked& with(std::string name, std::string value) {
    texts_.emplace_back(std::move(name), std::move(value));
    return *this;
  }
  Asked& body(std::string text) {
    body_ = std::move(text);
    return *this;
  }
  [[nodiscard]] gateway::Request request() const {
    std::vector<gateway::Params::Param> params;
    gateway::LocationSettings settings;
    for (const auto& [name, value] : texts_) {
      params.push_back({name, value});
      gateway::add_setting(settings, name, value);
    }
    return gateway::Request{gateway::Params(std::move(params)), body_, settings};
  }

 private:
  std::deque<std::pair<std::string, std::string>> texts_;
  std::string body_;
};

}  // namespace session::test
