// Probes by HTTP, configured and asked as docs/monitor.md says.

#include <unistd.h>

#include <sstream>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/daemon/probe_listeners.h"
#include "tests/support/e2e/client.h"
#include "tests/support/program.h"

namespace session::test {
namespace {

using gateway::test::WireGateway;
using gateway::test::with_probe_listeners;

constexpr int kCurlGotAnError = 22;  // as curl's manual has it for -f

std::string block(const std::string& language, const std::string& text) {
  return doc_block("docs/monitor.md", language, text);
}

// What stands behind `key` in each line that has it, up to one of `end`.
std::vector<std::string> values(const std::string& text, const std::string& key, const char* end) {
  std::vector<std::string> found;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const auto at = line.find(key);
    if (at == std::string::npos) continue;
    const auto begin = at + key.size();
    found.push_back(line.substr(begin, line.find_first_of(end, begin) - begin));
  }
  return found;
}

Said ask_with_curl(const WireGateway& gateway) {
  const std::string socket = gateway.dir() / "http.sock";
  return run_program({"sh", "-c", replaced(block("sh", "curl"), "/run/session-gateway/http.sock", socket)});
}

std::string without_a_store() {
  return "store: { type: redis, redis: { url: 'redis://127.0.0.1:" + std::to_string(free_port()) +
         "', deadline: 50ms, connect_deadline: 50ms } }\n";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(probes)

BOOST_AUTO_TEST_CASE(curl_asks_a_unix_socket_as_the_page_says) {
  const WireGateway gateway(with_probe_listeners(free_port()));
  const Said said = ask_with_curl(gateway);
  BOOST_TEST(said.status == 0, said.err);
  BOOST_TEST(said.out == "{\"status\":\"ready\"}\n");
  const WireGateway down(with_probe_listeners(free_port(), without_a_store()));
  BOOST_TEST(ask_with_curl(down).status == kCurlGotAnError);
}

BOOST_AUTO_TEST_CASE(kubernetes_asks_a_port_for_what_the_listener_of_the_page_serves) {
  const int port = free_port();
  const WireGateway gateway(with_probe_listeners(port, without_a_store()));
  Client client({"http://127.0.0.1:" + std::to_string(port), "", ""});
  const std::vector<std::string> paths = values(block("yaml", "readinessProbe"), "path: ", ",");
  BOOST_TEST_REQUIRE(paths.size() == 2U);
  BOOST_TEST(client.get(paths[0]).status == 200);
  BOOST_TEST(client.get(paths[1]).status == 503);
  BOOST_TEST(client.get("/metrics").status == 200);
  BOOST_TEST(client.get("/auth/login").status == 404);
  BOOST_TEST(client.get("/session/self").status == 404);
}

BOOST_AUTO_TEST_CASE(systemd_holds_the_sockets_that_the_configuration_of_the_page_names) {
  const std::string listen = block("yaml", "serves: ");
  std::vector<std::string> sockets = values(listen, "- unix: ", " ");
  BOOST_TEST_REQUIRE(sockets.size() == 2U);
  BOOST_TEST(sockets.front() == "/run/session-gateway/gateway.sock");
  sockets.erase(sockets.begin());
  for (const std::string& address : values(listen, "- tcp: ", " ")) sockets.push_back(address);
  BOOST_TEST(values(block("ini", "ListenStream"), "ListenStream=", "\n") == sockets,
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_commands_ask_these_listeners_by_the_configuration_alone) {
  const WireGateway gateway(with_probe_listeners(free_port()));
  // Without this file nobody reaches the gateway by FastCGI at the first listener.
  ::unlink(gateway.socket_file().c_str());
  for (const char* command : {"health", "ready", "metrics"}) {
    const Said said = run_gateway_command({command, gateway.config_file()});
    BOOST_TEST(said.status == 0, command << ": " << said.err);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
