#pragma once

#include <string>

#include "tests/support/daemon/wire_gateway.h"

// What a test asks a gateway itself, beside the load; each over a connection of its own.
namespace session::gateway::test {

// A new session, or the answer that refuses it.
[[nodiscard]] inline Answer begin_session(const WireGateway& gateway) {
  return gateway.unix_peer().ask(
      request(1, asking("session", "POST", {{"GATEWAY_ALLOW", "set"}}), R"({"set":{"user":"late"}})"));
}

// These return the status.
[[nodiscard]] inline int check(const WireGateway& gateway, const std::string& cookie) {
  const Pairs params = {{"HTTP_COOKIE", "session=" + cookie}};
  return gateway.unix_peer().ask(request(1, asking("auth", "GET", params))).status;
}

[[nodiscard]] inline int destroy(const WireGateway& gateway, const std::string& cookie) {
  const Pairs params = {{"HTTP_COOKIE", "session=" + cookie}, {"GATEWAY_ALLOW", "destroy"}};
  return gateway.unix_peer().ask(request(1, asking("session", "DELETE", params))).status;
}

}  // namespace session::gateway::test
