#include "tests/support/places.h"

namespace session::test {

const std::string& source_root() {
  static const std::string path = SOURCE_ROOT;
  return path;
}

const std::string& gateway_binary() {
  static const std::string path = GATEWAY_BINARY;
  return path;
}

const std::string& demo_app_binary() {
  static const std::string path = DEMO_APP_BINARY;
  return path;
}

const std::string& hang_calls_binary() {
  static const std::string path = HANG_CALLS_BINARY;
  return path;
}

const std::string& peer_packages() {
  static const std::string path = PEER_PACKAGES;
  return path;
}

}  // namespace session::test
