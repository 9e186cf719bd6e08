#include "gateway/fronts/front.h"

namespace session::gateway {
namespace {

// The tests simulate these.
Front envoy() {
  return {"envoy",
          Protocol::http,
          {{"envoy.yaml", "session-gateway.yaml"}, {"envoy-cluster.yaml", "session-gateway-cluster.yaml"}},
          "/etc/envoy",
          "pipe: { path: @path@ }",
          "socket_address: { address: \"@bare_host@\", port_value: @port@ }",
          "",
          ""};
}

Front ingress_nginx() {
  return {"ingress-nginx",
          Protocol::http,
          {{"ingress-nginx-headers.yaml", "session-gateway-headers.yaml"},
           {"ingress-nginx.yaml", "session-gateway-@check@.yaml"}},
          "/etc/session-gateway",
          "",
          "@host@:@port@",
          "",
          ""};
}

Front traefik() {
  return {"traefik",
          Protocol::http,
          {{"traefik.yaml", "session-gateway.yaml"}},
          "/etc/traefik/dynamic",
          "",
          "@host@:@port@",
          "",
          "",
          true};
}

}  // namespace

const std::vector<Front>& fronts() {
  static const std::vector<Front> rows = {
      {"apache",
       Protocol::fastcgi,
       {{"apache.conf", "apache.conf"}},
       "/etc/session-gateway",
       "",
       "@host@:@port@",
       "apache-secret.conf",
       "SetEnvIf Request_URI ^ GATEWAY_SECRET=@secret@\n",
       true},
      {"caddy",
       Protocol::http,
       {{"caddy.conf", "session-gateway.conf"}},
       "/etc/caddy",
       "unix/@path@",
       "@host@:@port@",
       "session-gateway-secret.conf",
       "header_up X-Gateway-Secret @secret@\n",
       true},
      envoy(),
      {"haproxy",
       Protocol::http,
       {{"haproxy.cfg", "session-gateway.cfg"}, {"haproxy.lua", "session-gateway.lua"}},
       "/etc/haproxy",
       "unix@@path@",
       "@host@:@port@",
       "session-gateway-secret.cfg",
       "global\n    setenv SESSION_GATEWAY_SECRET @secret@\n"},
      ingress_nginx(),
      {"lighttpd",
       Protocol::fastcgi,
       {{"lighttpd.conf", "05-session-gateway.conf"}},
       "/etc/lighttpd/conf-enabled",
       R"("socket" => "@path@")",
       R"("host" => "@host@", "port" => @port@)",
       "",
       "",
       true},
      {"nginx-http",
       Protocol::http,
       {{"nginx-http-upstream.conf", "session-gateway-upstream.conf"},
        {"nginx-http-server.conf", "session-gateway-server.conf"},
        {"nginx-http-protect.conf", "session-gateway-protect-@check@.conf"},
        {"nginx-http-public.conf", "session-gateway-public.conf"}},
       "/etc/nginx",
       "unix:@path@",
       "@host@:@port@",
       "session-gateway-secret.conf",
       "proxy_set_header X-Gateway-Secret @secret@;\n"},
      traefik(),
  };
  return rows;
}

}  // namespace session::gateway
