#pragma once

#include <deque>
#include <string>
#include <utility>

#include "core/base/boxed.h"
#include "core/base/run.h"
#include "core/base/task.h"
#include "gateway/http/request.h"
#include "gateway/http/response.h"
#include "gateway/transport/fastcgi/cgi_request.h"

namespace session::test {

// Runs an endpoint's task, and returns the response.
inline gateway::Response respond(Task<Boxed<gateway::Response>> task) {
  return std::move(*run(std::move(task)));
}

// A request in the making, in the words of nginx: `name` is a param. It owns the texts that the request
// views, so it outlives the request.
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
    gateway::Request request;
    for (const auto& [name, value] : texts_) gateway::add_param(request, name, value);
    request.body = body_;
    return request;
  }

 private:
  std::deque<std::pair<std::string, std::string>> texts_;
  std::string body_;
};

}  // namespace session::test
