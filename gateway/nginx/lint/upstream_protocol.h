#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/nginx/model/gateway_usage.h"

namespace session::gateway {

// How a kind of handler passes on request headers: by header name (proxy_set_header, grpc_set_header) or as a
// CGI variable (fastcgi_param, uwsgi_param, scgi_param).
struct UpstreamProtocol {
  std::string_view kind;
  std::string_view directive;
  bool by_name = false;

  // The name of this header as an argument of the directive: X-User, or HTTP_X_USER.
  [[nodiscard]] std::string key(std::string_view header) const;
  // The complete line that sets it.
  [[nodiscard]] std::string line(std::string_view header, std::string_view value) const;
  // The lines that set it in a location. A param that stands for the header under another spelling counts.
  [[nodiscard]] std::vector<Setting> settings(const Context& context, std::string_view header) const;
  // Whether the client's headers are passed on at all.
  [[nodiscard]] bool passes_headers(const Context& context) const;
};

// How that location passes on requests; nullopt: nginx answers them itself.
[[nodiscard]] std::optional<UpstreamProtocol> upstream_protocol_of(const Context& context);

}  // namespace session::gateway
