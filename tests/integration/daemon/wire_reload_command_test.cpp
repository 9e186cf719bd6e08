// `session-gateway reload --wait`, which the unit has as ExecReload=: it succeeds only if the gateway has
// another configuration in use.

#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <fstream>
#include <memory>

#include <boost/test/unit_test.hpp>

#include "tests/support/daemon/wire_gateway.h"
#include "tests/support/e2e/peers.h"
#include "tests/support/places.h"

namespace session::gateway::test {
namespace {

using session::test::Process;

bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

struct Said {
  int status = -1;
  std::string text;
};

Said run(const std::vector<std::string>& command) {
  const TempDir dir;
  Said said;
  said.status = Process(command, dir / "log").wait();
  said.text = read_file(dir / "log");
  return said;
}

std::vector<std::string> waiting(pid_t pid) {
  return {session::test::gateway_binary(), "reload", "--wait", "--pid", std::to_string(pid)};
}

Said reload(const WireGateway& gateway) { return run(waiting(gateway.pid())); }

std::string generation(const WireGateway& gateway) {
  const std::string metrics = gateway.unix_peer().ask(request(1, asking("metrics"))).body;
  const std::string name = "\nsession_gateway_config_generation ";
  return metrics.substr(metrics.find(name) + name.size(), 1);
}

// What `systemctl reload` runs, in the order of the unit, with this gateway as the service.
std::vector<std::string> exec_reload(const WireGateway& gateway) {
  std::ifstream unit(session::test::source_root() + "/systemd/session-gateway.service");
  std::vector<std::string> commands;
  const std::string key = "ExecReload=";
  for (std::string line; std::getline(unit, line);) {
    if (!line.starts_with(key)) continue;
    line = line.substr(key.size() + (line.starts_with(key + "+") ? 1 : 0));
    line = session::test::replaced(line, "/usr/bin/session-gateway", session::test::gateway_binary());
    line = session::test::replaced(line, "/etc/session-gateway/gateway.yaml", gateway.config_file());
    // Another user than root checks the file as that user.
    if (::geteuid() != 0)
      line = session::test::replaced(line, "--user root", "--user " + std::to_string(::geteuid()));
    commands.push_back(session::test::replaced(line, "${MAINPID}", std::to_string(gateway.pid())));
  }
  return commands;
}

// systemd stops at the first that fails.
Said systemctl_reload(const WireGateway& gateway) {
  Said said;
  for (const std::string& command : exec_reload(gateway)) {
    said = run({"sh", "-c", command});
    if (said.status != 0) break;
  }
  return said;
}

// Listens under an abstract name, and answers whoever connects.
int listening(const std::string& name) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  name.copy(address.sun_path + 1, sizeof address.sun_path - 1);
  const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  BOOST_REQUIRE(::bind(descriptor, reinterpret_cast<const sockaddr*>(&address), size) == 0);
  BOOST_REQUIRE(::listen(descriptor, 8) == 0);
  return descriptor;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(wire_reload_command)

BOOST_AUTO_TEST_CASE(it_succeeds_when_the_new_configuration_is_in_use) {
  const WireGateway gateway;
  gateway.reconfigure("workers: 2\n", "workers: 2\nrules: { all: { /user: { exists: true } } }\n");
  const Said said = reload(gateway);
  BOOST_TEST(said.status == 0);
  BOOST_TEST(says(said.text, "reloaded: generation 2 of the configuration is in use\n"), said.text);
  BOOST_TEST(generation(gateway) == "2");
}

BOOST_AUTO_TEST_CASE(it_prints_what_the_reload_does_to_users) {
  const WireGateway gateway;
  gateway.reconfigure("name: session", "name: another");
  const Said said = reload(gateway);
  BOOST_TEST(said.status == 0);
  BOOST_TEST(says(said.text, "reload: the cookie has another name: "), said.text);
}

BOOST_AUTO_TEST_CASE(it_fails_with_every_problem_of_the_file) {
  const WireGateway gateway;
  gateway.reconfigure("workers: 2\n", "workers: 2\nlimits: { conections: 5 }\nkeyz: []\n");
  const Said said = reload(gateway);
  BOOST_TEST(said.status == 1);
  BOOST_TEST(says(said.text, "gateway.yaml:8: limits.conections: unknown key; did you mean connections?\n"),
             said.text);
  BOOST_TEST(says(said.text, "gateway.yaml:9: keyz: unknown key"), said.text);
  BOOST_TEST(says(said.text,
                  "reload failed: generation 1 of the configuration stays in use (the gateway's log "
                  "says the same)\n"),
             said.text);
  BOOST_TEST(generation(gateway) == "1");
}

BOOST_AUTO_TEST_CASE(it_fails_for_a_setting_that_needs_a_restart) {
  const WireGateway gateway;
  gateway.reconfigure("workers: 2\n", "workers: 3\n");
  const Said said = reload(gateway);
  BOOST_TEST(said.status == 1);
  BOOST_TEST(says(said.text, "gateway.yaml:7: workers: changed, which counts only after a restart\n"),
             said.text);
}

BOOST_AUTO_TEST_CASE(systemctl_reload_fails_when_nothing_was_reloaded) {
  const WireGateway gateway;
  BOOST_TEST(!exec_reload(gateway).empty());
  BOOST_TEST(systemctl_reload(gateway).status == 0);
  BOOST_TEST(generation(gateway) == "2");
  // Each command of the unit finds the file valid; only the gateway knows what it serves.
  gateway.reconfigure("workers: 2\n", "workers: 3\n");
  const Said restart = systemctl_reload(gateway);
  BOOST_TEST(restart.status != 0);
  BOOST_TEST(says(restart.text, "workers: changed, which counts only after a restart"), restart.text);
  gateway.reconfigure("workers: 3\n", "workers: many\n");
  const Said invalid = systemctl_reload(gateway);
  BOOST_TEST(invalid.status != 0);
  BOOST_TEST(says(invalid.text, "gateway.yaml:7: workers: expected"), invalid.text);
  BOOST_TEST(generation(gateway) == "2");
}

BOOST_AUTO_TEST_CASE(it_fails_without_a_configuration_file) {
  const TempDir dir;
  Process gateway({"systemd-socket-activate", "--listen=" + (dir / "held.sock"),
                   session::test::gateway_binary(), "serve"},
                  dir / "log");
  wait_until("the socket", [&] { return session::test::accepts_unix(dir / "held.sock"); });
  wait_until("the gateway", [&] { return says(read_file(dir / "log"), "serving with"); });
  const Said said = run(waiting(gateway.pid()));
  BOOST_TEST(said.status == 1);
  BOOST_TEST(says(said.text, "there is no configuration file to reload\n"), said.text);
}

BOOST_AUTO_TEST_CASE(it_fails_where_there_is_no_gateway) {
  const Said said = run(waiting(::getpid()));
  BOOST_TEST(said.status == 1);
  BOOST_TEST(
      says(said.text, "process " + std::to_string(::getpid()) +
                          " can't be asked to reload: it has ended, has not started to serve, or is no "
                          "gateway of this version\n"),
      said.text);
}

BOOST_AUTO_TEST_CASE(reloads_that_are_asked_for_at_once_all_get_their_outcome) {
  const WireGateway gateway;
  const TempDir dir;
  std::vector<std::unique_ptr<Process>> all;
  for (int i = 0; i < 6; ++i)
    all.push_back(std::make_unique<Process>(waiting(gateway.pid()), dir / ("log" + std::to_string(i))));
  for (const auto& each : all) BOOST_TEST(each->wait() == 0);
  gateway.check_health();
}

BOOST_AUTO_TEST_CASE(only_root_and_the_gateways_own_user_are_answered) {
  if (::geteuid() != 0) return;  // nobody else to ask with
  const WireGateway gateway;
  std::vector<std::string> command = {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"};
  for (const std::string& word : waiting(gateway.pid())) command.push_back(word);
  const Said said = run(command);
  BOOST_TEST(said.status == 1);
  BOOST_TEST(says(said.text, "does not take orders from this user"), said.text);
  BOOST_TEST(generation(gateway) == "1");
}

// Every process can listen under every abstract name.
BOOST_AUTO_TEST_CASE(another_process_under_the_gateways_name_is_not_believed) {
  const WireGateway gateway;
  const int impostor = listening("session-gateway/" + std::to_string(gateway.pid()) + "/x");
  const session::test::SocketServer server(
      impostor, [](int fd) { (void)::send(fd, "reloaded 9\n", 11, MSG_NOSIGNAL); });
  gateway.reconfigure("workers: 2\n", "workers: 3\n");
  BOOST_TEST(reload(gateway).status == 1);
  gateway.reconfigure("workers: 3\n", "workers: 2\n");
  BOOST_TEST(says(reload(gateway).text, "generation 2 "));
}

BOOST_AUTO_TEST_CASE(without_a_process_id_it_does_not_choose_among_several) {
  const WireGateway one;
  const WireGateway other;
  const Said said = run({session::test::gateway_binary(), "reload", "--wait"});
  BOOST_TEST(said.status == 1);
  BOOST_TEST(says(said.text, "several gateways run here: name one of them with --pid:"), said.text);
  for (const WireGateway* gateway : {&one, &other}) {
    BOOST_TEST(says(said.text, " " + std::to_string(gateway->pid())), said.text);
    BOOST_TEST(generation(*gateway) == "1");
  }
}

BOOST_AUTO_TEST_CASE(without_wait_it_sends_the_signal_only) {
  const WireGateway gateway;
  BOOST_TEST(
      run({session::test::gateway_binary(), "reload", "--pid", std::to_string(gateway.pid())}).status == 0);
  gateway.wait_for_log("generation 2 of the configuration is in use");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway::test
