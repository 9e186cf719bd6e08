#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/nginx/model/gateway_usage.h"

namespace session::gateway {

// The way in which a kind of handler passes on request headers: by header name (proxy_set_header,
// grpc_set_header) or as a CGI variable (fastcgi_param, uwsgi_param, scgi_param).
struct UpstreamProtocol {
  std::string_view kind;
  std::string_view directive;
  bool by_name = false;

  // Returns the header's name as an argument of the directive: X-User, or HTTP_X_USER.
  [[nodiscard]] std::string key(std::string_view header) const;
  // Returns the complete line that sets the header.
  [[nodiscard]] std::string line(std::string_view header, std::string_view value) const;
  // Returns the lines that set the header in a location, including params that stand for it under another
  // spelling.
  [[nodiscard]] std::vector<Setting> settings(const Context& context, std::string_view header) const;
  // Whether the handler passes on the client's headers at all.
  [[nodiscard]] bool passes_headers(const Context& context) const;
};

// Returns the protocol by which the location passes on requests; nullopt if nginx answers them itself.
[[nodiscard]] std::optional<UpstreamProtocol> upstream_protocol_of(const Context& context);

}  // namespace session::gateway
