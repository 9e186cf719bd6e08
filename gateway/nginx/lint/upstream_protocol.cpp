#include "gateway/nginx/lint/upstream_protocol.h"

#include <array>

#include "core/base/text.h"

namespace session::gateway {
namespace {

constexpr std::array<UpstreamProtocol, 5> kCarriers = {{{"proxy", "proxy_set_header", true},
                                                        {"grpc", "grpc_set_header", true},
                                                        {"fastcgi", "fastcgi_param", false},
                                                        {"uwsgi", "uwsgi_param", false},
                                                        {"scgi", "scgi_param", false}}};

}  // namespace

std::string UpstreamProtocol::key(std::string_view header) const {
  return by_name ? std::string(header) : "HTTP_" + param_name(header);
}

std::string UpstreamProtocol::line(std::string_view header, std::string_view value) const {
  return std::string(directive) + " " + key(header) + " " + std::string(value) + ";";
}

std::vector<Setting> UpstreamProtocol::settings(const Context& context, std::string_view header) const {
  std::vector<Setting> found;
  const std::string wanted = by_name ? lower(header) : key(header);
  for (const Directive* set : context.list(directive)) {
    if ((by_name ? lower(set->arg(0)) : set->arg(0)) == wanted) found.push_back({set, set->arg(1)});
  }
  return found;
}

bool UpstreamProtocol::passes_headers(const Context& context) const {
  const Directive* set = context.find(std::string(kind) + "_pass_request_headers");
  return !set || set->arg(0) != "off";
}

std::optional<UpstreamProtocol> upstream_protocol_of(const Context& context) {
  const auto handler = Model::handler(context);
  if (!handler) return std::nullopt;
  for (const UpstreamProtocol& protocol : kCarriers) {
    if (protocol.kind == handler->kind) return protocol;
  }
  return std::nullopt;
}

}  // namespace session::gateway
