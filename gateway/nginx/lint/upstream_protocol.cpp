#include "gateway/nginx/lint/upstream_protocol.h"

#include <array>

namespace session::gateway {
namespace {

constexpr std::array<Carrier, 5> kCarriers = {{{"proxy", "proxy_set_header", true},
                                               {"grpc", "grpc_set_header", true},
                                               {"fastcgi", "fastcgi_param", false},
                                               {"uwsgi", "uwsgi_param", false},
                                               {"scgi", "scgi_param", false}}};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return out;
}

}  // namespace

std::string Carrier::key(std::string_view header) const {
  return by_name ? std::string(header) : "HTTP_" + param_name(header);
}

std::string Carrier::line(std::string_view header, std::string_view value) const {
  return std::string(directive) + " " + key(header) + " " + std::string(value) + ";";
}

std::vector<Setting> Carrier::settings(const Scope& spot, std::string_view header) const {
  std::vector<Setting> found;
  const std::string wanted = by_name ? lower(header) : key(header);
  for (const Directive* set : spot.list(directive)) {
    if ((by_name ? lower(set->arg(0)) : set->arg(0)) == wanted) found.push_back({set, set->arg(1)});
  }
  return found;
}

bool Carrier::passes_headers(const Scope& spot) const {
  const Directive* set = spot.find(std::string(kind) + "_pass_request_headers");
  return !set || set->arg(0) != "off";
}

std::optional<Carrier> carrier_of(const Scope& spot) {
  const auto handler = Model::handler(spot);
  if (!handler) return std::nullopt;
  for (const Carrier& carrier : kCarriers) {
    if (carrier.kind == handler->kind) return carrier;
  }
  return std::nullopt;
}

}  // namespace session::gateway
