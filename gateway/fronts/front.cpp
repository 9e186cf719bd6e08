#include "gateway/fronts/front.h"

namespace session::gateway {

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
      {"haproxy",
       Protocol::http,
       {{"haproxy.cfg", "session-gateway.cfg"}, {"haproxy.lua", "session-gateway.lua"}},
       "/etc/haproxy",
       "unix@@path@",
       "@host@:@port@",
       "session-gateway-secret.cfg",
       "global\n    setenv SESSION_GATEWAY_SECRET @secret@\n"},
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
  };
  return rows;
}

}  // namespace session::gateway
