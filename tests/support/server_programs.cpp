#include "tests/support/server_programs.h"

#include <unistd.h>

#include <cstdlib>

namespace session::test {
namespace {

std::string named_by(const char* variable, const std::string& otherwise) {
  const char* path = std::getenv(variable);
  return path != nullptr && *path != '\0' ? path : otherwise;
}

// Where Debian has it, which is not on the search path of every user.
std::string in_sbin(const std::string& program) {
  const std::string debian = "/usr/sbin/" + program;
  return access(debian.c_str(), X_OK) == 0 ? debian : program;
}

}  // namespace

std::string nginx_binary() { return named_by("SESSION_TEST_NGINX", in_sbin("nginx")); }

std::string apache_binary() { return in_sbin("apache2"); }

std::string apache_modules() { return "/usr/lib/apache2/modules"; }

std::string caddy_binary() { return "caddy"; }

std::string haproxy_binary() { return in_sbin("haproxy"); }

std::string lighttpd_binary() { return in_sbin("lighttpd"); }

std::string redis_server_binary() { return named_by("SESSION_TEST_REDIS_SERVER", "redis-server"); }

}  // namespace session::test
