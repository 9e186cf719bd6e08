#pragma once

#include <string>

#include "tests/support/daemon/wire_gateway.h"
#include "tests/support/e2e/doc_block.h"

namespace session::gateway::test {

// The listeners for probes as docs/monitor.md configures them, http.sock in the gateway's directory and this
// port, with that configuration besides.
inline WireGateway::Setup with_probe_listeners(int port, const std::string& yaml = "workers: 2\n") {
  const std::string block = session::test::doc_block("docs/monitor.md", "yaml", "serves: ");
  const std::string socket = "/run/session-gateway/http.sock";
  const auto begin = block.find("  - unix: " + socket);
  if (begin == std::string::npos) throw std::runtime_error("docs/monitor.md has no listener at " + socket);
  WireGateway::Setup setup;
  setup.yaml = yaml;
  setup.listen = session::test::replaced(block.substr(begin), socket, "@DIR@http.sock");
  setup.listen = session::test::replaced(setup.listen, "127.0.0.1:9180", "127.0.0.1:" + std::to_string(port));
  return setup;
}

}  // namespace session::gateway::test
