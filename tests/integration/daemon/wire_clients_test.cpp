#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "core/json/json.h"
#include "tests/support/daemon/impostor.h"
#include "tests/support/daemon/wire_gateway.h"
#include "tests/support/program.h"

// `session-gateway health`, `ready` and `metrics`, against a running gateway and against what is none.

namespace session::gateway::test {
namespace {

using session::test::free_port;
using session::test::run_gateway_command;
using session::test::run_program;
using session::test::Said;

const std::string kSecret = "the-secret-of-the-tests-of-the-clients";
const std::string kOther = "another-secret-of-the-tests-of-the-clients";

Said ask(const std::string& command, const std::string& config_file, std::vector<std::string> more = {}) {
  more.insert(more.begin(), {command, config_file});
  return run_gateway_command(std::move(more));
}

bool contains(const std::string& text, const std::string& what) {
  return text.find(what) != std::string::npos;
}

// A directory with a configuration for clients, and whatever listens in it.
struct Place {
  Place() { configure(""); }
  // What stands in `listen` besides the socket.
  void configure(const std::string& more, const std::string& rest = "") const {
    write_file(config, "listen: [{ unix: '" + socket + "'" + more + " }]\n" + rest);
    ::chmod(config.c_str(), 0600);
  }

  TempDir dir;
  std::string config = dir / "client.yaml";
  std::string socket = dir / "gateway.sock";
};

BOOST_AUTO_TEST_SUITE(wire_clients)

BOOST_AUTO_TEST_CASE(a_running_gateway_is_healthy_and_ready_and_gives_its_metrics) {
  const WireGateway gateway;
  const Said health = ask("health", gateway.config_file());
  BOOST_TEST(health.status == 0);
  BOOST_TEST(health.out == "{\"status\":\"ok\"}\n");
  BOOST_TEST(health.err == "");
  const Said ready = ask("ready", gateway.config_file());
  BOOST_TEST(ready.status == 0);
  BOOST_TEST(ready.out == "{\"status\":\"ready\"}\n");
  const Said metrics = ask("metrics", gateway.config_file());
  BOOST_TEST(metrics.status == 0);
  BOOST_TEST(contains(metrics.out, "\n# TYPE session_gateway_"), metrics.out.substr(0, 400));
  BOOST_TEST(metrics.out.ends_with("\n"));
}

BOOST_AUTO_TEST_CASE(another_socket_than_the_first_is_asked_by_its_address) {
  const WireGateway gateway;
  const Place nowhere;
  const std::string port = std::to_string(gateway.port());
  for (const std::string& address : {gateway.socket_file(), "unix:" + gateway.socket_file(),
                                     "127.0.0.1:" + port, "tcp:127.0.0.1:" + port}) {
    const Said said = ask("health", nowhere.config, {"--socket", address});
    BOOST_TEST(said.status == 0, address << ": " << said.err);
  }
  const Said wrong = ask("health", nowhere.config, {"--socket", "localhost:" + port});
  BOOST_TEST(wrong.status == 2);
  BOOST_TEST(wrong.err == "--socket: expected a numeric address, not a name, got localhost:" + port + "\n");
}

BOOST_AUTO_TEST_CASE(the_secret_of_the_socket_is_sent) {
  const WireGateway gateway;
  const Place place;
  gateway.reconfigure("gateway.sock'\n", "gateway.sock'\n    secret: { value: " + kSecret + " }\n");
  (void)gateway.reload();
  BOOST_TEST(ask("ready", gateway.config_file()).status == 0);
  // For a socket that `listen` does not have: as the gateway itself gives secrets to those of systemd.
  place.configure(", secret: { value: " + kSecret + " }");
  BOOST_TEST(ask("ready", place.config, {"--socket", gateway.socket_file()}).status == 0);
}

BOOST_AUTO_TEST_CASE(a_secret_that_is_wrong_or_lacks_is_told_and_not_shown) {
  const WireGateway gateway;
  const Place place;
  gateway.reconfigure("gateway.sock'\n", "gateway.sock'\n    secret: { value: " + kSecret + " }\n");
  (void)gateway.reload();
  const std::vector<std::string> there = {"--socket", gateway.socket_file()};
  const Said none = ask("health", place.config, there);
  BOOST_TEST(none.status == 1);
  BOOST_TEST(none.out == "");
  BOOST_TEST(none.err == "the gateway at unix:" + gateway.socket_file() +
                             " wants a secret (listen[].secret), and " + place.config + " has none for it\n");
  place.configure(", secret: { value: " + kOther + " }");
  const Said wrong = ask("health", place.config, there);
  BOOST_TEST(wrong.status == 1);
  BOOST_TEST(wrong.err ==
             "the gateway at unix:" + gateway.socket_file() + " refuses the secret of " + place.config +
                 ": it runs with another one. Reload it, or name its configuration with --config\n");
}

BOOST_AUTO_TEST_CASE(a_store_that_is_down_is_healthy_and_not_ready) {
  WireGateway::Setup setup;
  setup.yaml = "store: { type: redis, redis: { url: 'redis://127.0.0.1:" + std::to_string(free_port()) +
               "', deadline: 50ms, connect_deadline: 50ms } }\n";
  const WireGateway gateway(setup);
  BOOST_TEST(ask("health", gateway.config_file()).status == 0);
  const Said ready = ask("ready", gateway.config_file());
  BOOST_TEST(ready.status == 1);
  const auto body = parse_json(ready.out);
  BOOST_TEST_REQUIRE(body.has_value(), ready.out);
  BOOST_TEST(body->at("reason").get<std::string>() == "store-unavailable");
  BOOST_TEST(ready.err ==
             "the gateway at unix:" + gateway.socket_file() + " answers 503 store-unavailable\n");
}

BOOST_AUTO_TEST_CASE(a_gateway_that_does_not_run_is_told) {
  const Place place;
  const std::string where = "can't connect to unix:" + place.socket + ": ";
  const Said missing = ask("health", place.config);
  BOOST_TEST(missing.status == 1);
  BOOST_TEST(missing.err ==
             where + "there is no such socket: the gateway does not run, or listens elsewhere\n");
  { const Impostor gone(place.socket, ""); }
  const Said left = ask("health", place.config);
  BOOST_TEST(left.status == 1);
  BOOST_TEST(left.err == where + "nobody listens there: the gateway does not run, or listens elsewhere\n");
  const Said tcp = ask("health", place.config, {"--socket", "[::1]:" + std::to_string(free_port())});
  BOOST_TEST(tcp.status == 1);
  BOOST_TEST(contains(tcp.err, "can't connect to tcp:[::1]:"), tcp.err);
}

BOOST_AUTO_TEST_CASE(who_may_not_connect_is_told_who_may) {
  const Place place;
  const Impostor owner(place.socket, "");
  std::filesystem::permissions(place.dir.path(), std::filesystem::perms::all);
  ::chmod(place.config.c_str(), 0644);
  ::chmod(place.socket.c_str(), 0060);
  std::filesystem::copy_file(session::test::gateway_binary(), place.dir / "session-gateway");
  std::vector<std::string> command = {place.dir / "session-gateway", "health", place.config};
  if (::geteuid() == 0)
    command.insert(command.begin(), {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"});
  const Said said = run_program(command);
  BOOST_TEST(said.status == 1);
  const std::string told = "permission denied: run this as root, or as a member of the socket's group (";
  BOOST_TEST(contains(said.err, told), said.err);
  if (::geteuid() == 0) BOOST_TEST(contains(said.err, told + "root)"), said.err);
}

BOOST_AUTO_TEST_CASE(who_never_answers_is_given_up_at_the_deadline) {
  const Place place;
  const Impostor silent(place.socket, "");
  const Said said = ask("health", place.config, {"--timeout", "50ms"});
  BOOST_TEST(said.status == 1);
  BOOST_TEST(said.err == "the gateway at unix:" + place.socket + " has not answered within 50ms\n");
}

BOOST_AUTO_TEST_CASE(who_never_accepts_is_given_up_at_the_deadline) {
  const Place place;
  const Impostor full(place.socket, "");
  // The backlog holds two: they are in nobody's hands until the test ends.
  const Peer first = unix_peer(place.socket), second = unix_peer(place.socket);
  const Said said = ask("health", place.config, {"--timeout", "50ms"});
  BOOST_TEST(said.status == 1);
  BOOST_TEST(said.err ==
             "can't connect to unix:" + place.socket + ": nobody has accepted the connection within 50ms\n");
}

BOOST_AUTO_TEST_CASE(what_is_no_gateway_is_told_apart) {
  const Place place;
  {
    const Impostor web(place.socket, "HTTP/1.1 400 Bad Request\r\n\r\n");
    const Said said = ask("health", place.config);
    BOOST_TEST(said.status == 1);
    BOOST_TEST(
        said.err ==
        "what listens at unix:" + place.socket +
            " does not speak FastCGI: it is no gateway, or it runs there with protocol: http (--socket "
            "http:ADDRESS)\n");
  }
  std::filesystem::remove(place.socket);
  {
    const Impostor half(place.socket, record(kStdout, 1, "Status: 2"));
    const Said said = ask("health", place.config);
    BOOST_TEST(said.status == 1);
    BOOST_TEST(said.err ==
               "the gateway at unix:" + place.socket + " has closed the connection without an answer\n");
  }
  std::filesystem::remove(place.socket);
  const Impostor other(place.socket, stream(kStdout, 1, "Content-Type: text/html\r\n\r\n404") +
                                         end_request(1, kRequestComplete));
  const Said said = ask("health", place.config);
  BOOST_TEST(said.status == 1);
  BOOST_TEST(said.err == "what listens at unix:" + place.socket + " answered without a status\n");
}

BOOST_AUTO_TEST_CASE(a_mistake_elsewhere_in_the_file_does_not_make_a_running_gateway_ill) {
  const WireGateway gateway;
  const Place place;
  const std::string listen = "listen: [{ unix: '" + gateway.socket_file() + "' }]\n";
  write_file(place.config, listen + "wrkers: 2\nsalt: { file: /nonexistent }\n");
  BOOST_TEST(run_gateway_command({"check", place.config}).status == 1);
  BOOST_TEST(ask("health", place.config).status == 0);
  write_file(place.config, "listen: [{ unix: relative }]\n");
  const Said said = ask("health", place.config);
  BOOST_TEST(said.status == 1);
  BOOST_TEST(contains(said.err, place.config + ":1: listen[0].unix: expected the absolute path"), said.err);
}

BOOST_AUTO_TEST_CASE(a_timeout_without_a_unit_is_a_wrong_command_line) {
  const Place place;
  const Said said = ask("health", place.config, {"--timeout", "5"});
  BOOST_TEST(said.status == 2);
  BOOST_TEST(contains(said.err, "--timeout: expected a duration with its unit (ms, s, m, h or d), got 5"),
             said.err);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::gateway::test
