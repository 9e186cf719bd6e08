#pragma once

#include <string>

namespace session::test {

// The servers that tests start. `./dev test-newer` names others than this machine's by the variables: nothing
// else decides which ones run. A variable that is set holds the absolute path of a program.

// SESSION_TEST_NGINX, or this machine's nginx. Such an nginx needs no dynamic module.
[[nodiscard]] std::string nginx_binary();
// This machine's Apache, and the folder of its modules.
[[nodiscard]] std::string apache_binary();
[[nodiscard]] std::string apache_modules();
// This machine's Caddy and HAProxy.
[[nodiscard]] std::string caddy_binary();
[[nodiscard]] std::string haproxy_binary();
// This machine's lighttpd.
[[nodiscard]] std::string lighttpd_binary();
// SESSION_TEST_REDIS_SERVER, or this machine's Redis. Valkey's server will do.
[[nodiscard]] std::string redis_server_binary();

}  // namespace session::test
