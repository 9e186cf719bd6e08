#include "tests/support/server_programs.h"

#include <unistd.h>

#include <cstdlib>

namespace session::test {
namespace {

std::string named_by(const char* variable, const std::string& otherwise) {
  const char* path = std::getenv(variable);
  return path != nullptr && *path != '\0' ? path : otherwise;
}

}  // namespace

std::string nginx_binary() {
  const std::string debian = "/usr/sbin/nginx";  // not on the search path of every user
  return named_by("SESSION_GATEWAY_NGINX", access(debian.c_str(), X_OK) == 0 ? debian : "nginx");
}

std::string redis_server_binary() { return named_by("SESSION_GATEWAY_REDIS_SERVER", "redis-server"); }

}  // namespace session::test
