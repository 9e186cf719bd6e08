#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fcgiapp.h>

namespace session::demo {

struct Request {
  std::string method;
  std::string path;
  std::string query;
  std::string body;
  // From the identity headers, decoded: nginx sets them to what the gateway says, or clears them.
  std::string user;
  std::string email;
  std::string groups;  // separated by commas
  std::string theme;
  // All headers, under the names of CGI (HTTP_...), as they came.
  std::vector<std::pair<std::string, std::string>> headers;

  [[nodiscard]] std::string header(std::string_view name) const;  // "" without one
  // Whether the page of another origin has sent it, as browsers say.
  [[nodiscard]] bool from_elsewhere() const;
};

// Reads a request with its body; nullopt: the body is longer than any form here.
[[nodiscard]] std::optional<Request> read_request(const FCGX_Request& raw);

}  // namespace session::demo
