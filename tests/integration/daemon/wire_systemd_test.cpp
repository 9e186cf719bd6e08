#include <signal.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include <boost/test/unit_test.hpp>

#include "tests/support/daemon/wire_gateway.h"
#include "tests/support/held_socket.h"
#include "tests/support/notify_socket.h"
#include "tests/support/places.h"

// The gateway under a service manager: sockets that are passed to it, and what it tells.

namespace session::gateway::test {
namespace {

using session::test::HeldSocket;
using session::test::NotifySocket;

bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// Holds one thread of another process, found by its name.
class HangingThread {
 public:
  HangingThread(pid_t process, const std::string& name) {
    for (const auto& task :
         std::filesystem::directory_iterator("/proc/" + std::to_string(process) + "/task")) {
      if (read_file(task.path() / "comm") == name + "\n") thread_ = std::stoi(task.path().filename());
    }
    BOOST_TEST_REQUIRE(thread_ > 0);
    BOOST_REQUIRE(::ptrace(PTRACE_SEIZE, thread_, nullptr, nullptr) == 0);
    BOOST_REQUIRE(::ptrace(PTRACE_INTERRUPT, thread_, nullptr, nullptr) == 0);
    BOOST_REQUIRE(::waitpid(thread_, nullptr, __WALL) == thread_);
  }
  ~HangingThread() { ::ptrace(PTRACE_DETACH, thread_, nullptr, nullptr); }
  HangingThread(const HangingThread&) = delete;
  HangingThread& operator=(const HangingThread&) = delete;

 private:
  pid_t thread_ = 0;
};

WireGateway::Setup with_sockets(std::vector<int> sockets) {
  WireGateway::Setup setup;
  setup.sockets = std::move(sockets);
  return setup;
}

std::string reason_of_refusal(const TempDir& dir, const std::string& shell) {
  write_file(dir / "gateway.yaml", configuration("  - unix: '" + (dir / "own.sock") + "'\n", ""));
  session::test::Process process(
      {"sh", "-c", shell, "sh", session::test::gateway_binary(), "serve", "--config", dir / "gateway.yaml"},
      dir / "log");
  BOOST_TEST(process.wait() == 1);
  return read_file(dir / "log");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(wire_systemd)

BOOST_AUTO_TEST_CASE(sockets_of_the_service_manager_are_served_in_place_of_listen) {
  const TempDir dir;
  const HeldSocket first(dir / "first.sock");
  const HeldSocket second(dir / "second.sock");
  const HeldSocket tcp;
  const WireGateway gateway(with_sockets({first.descriptor(), second.descriptor(), tcp.descriptor()}));
  BOOST_TEST(Peer(first.connect()).ask(health()).status == 200);
  BOOST_TEST(Peer(second.connect()).ask(health()).status == 200);
  BOOST_TEST(session::test::accepts_tcp(tcp.port()));
  BOOST_TEST(!gateway.listens());
  BOOST_TEST(says(gateway.log(), "listening on unix:" + (dir / "first.sock") + "\n"));
  BOOST_TEST(says(gateway.log(), "listening on tcp:127.0.0.1:" + std::to_string(tcp.port()) + "\n"));
  BOOST_TEST(says(gateway.log(), "ignoring listen: the service manager has passed 3 sockets"));
}

BOOST_AUTO_TEST_CASE(systemd_socket_activate_starts_it_with_the_first_connection) {
  const TempDir dir;
  write_file(dir / "gateway.yaml", configuration("  - unix: '" + (dir / "own.sock") + "'\n", ""));
  session::test::Process process({"systemd-socket-activate", "--listen=" + (dir / "held.sock"),
                                  session::test::gateway_binary(), "serve", "--config", dir / "gateway.yaml"},
                                 dir / "log");
  wait_until("the socket", [&] { return session::test::accepts_unix(dir / "held.sock"); });
  wait_until("the gateway", [&] { return says(read_file(dir / "log"), "serving with"); });
  process.signal(SIGTERM);
  BOOST_TEST(process.wait() == 0);
  BOOST_TEST(std::filesystem::exists(dir / "held.sock"));
}

BOOST_AUTO_TEST_CASE(a_request_that_comes_between_two_processes_is_answered_by_the_second) {
  const TempDir dir;
  const HeldSocket held(dir / "held.sock");
  {
    WireGateway before(with_sockets({held.descriptor()}));
    BOOST_TEST(Peer(held.connect()).ask(health()).status == 200);
    before.signal(SIGTERM);
    BOOST_TEST(before.wait() == 0);
  }
  BOOST_TEST_REQUIRE(std::filesystem::exists(dir / "held.sock"));
  Peer between = Peer(held.connect());
  between.send(health());
  const WireGateway after(with_sockets({held.descriptor()}));
  BOOST_TEST(between.read_answer().status == 200);
}

BOOST_AUTO_TEST_CASE(a_connection_whose_first_request_is_on_the_way_is_waited_for_at_the_stop) {
  const TempDir dir;
  const HeldSocket held(dir / "held.sock");
  WireGateway gateway(with_sockets({held.descriptor()}));
  Peer fresh = Peer(held.connect());
  // Whatever was accepted before this one has been placed when its answer comes.
  BOOST_TEST(Peer(held.connect()).ask(health()).status == 200);
  gateway.signal(SIGTERM);
  wait_until("the stop", [&] { return says(gateway.log(), "stopping on signal"); });
  BOOST_TEST(fresh.ask(health()).status == 200);
  BOOST_TEST(gateway.wait() == 0);
}

BOOST_AUTO_TEST_CASE(a_silent_connection_does_not_hold_up_the_stop) {
  WireGateway gateway;
  std::vector<Peer> silent = gateway.peers();
  gateway.check_health();
  gateway.signal(SIGTERM);
  BOOST_TEST(gateway.wait() == 0);
  for (Peer& peer : silent) BOOST_TEST(peer.ended());
}

BOOST_AUTO_TEST_CASE(what_is_not_a_listening_socket_is_refused_at_the_start) {
  const TempDir dir;
  const std::string said =
      reason_of_refusal(dir, R"(export LISTEN_PID=$$ LISTEN_FDS=1; exec "$@" 3</dev/null)");
  BOOST_TEST(says(said, "can't serve: descriptor 3 of the service manager is not a listening stream socket"));
}

BOOST_AUTO_TEST_CASE(the_service_manager_is_told_of_start_reload_and_stop) {
  const TempDir dir;
  NotifySocket manager(dir / "notify.sock");
  WireGateway::Setup setup;
  setup.environment = "NOTIFY_SOCKET='" + (dir / "notify.sock") + "'";
  WireGateway gateway(setup);
  const auto start = manager.up_to("READY=1");
  BOOST_TEST(start.back() == "READY=1");
  (void)gateway.reload();
  const auto reload = manager.up_to("READY=1");
  const auto reloading = std::find_if(reload.begin(), reload.end(), [](const std::string& message) {
    return message.starts_with("RELOADING=1\nMONOTONIC_USEC=");
  });
  BOOST_TEST((reloading != reload.end()));
  const auto says_generation = [](const std::string& message) {
    return message.starts_with("STATUS=") && says(message, "generation 2 of the configuration");
  };
  BOOST_TEST(std::any_of(reload.begin(), reload.end(), says_generation));
  gateway.signal(SIGTERM);
  BOOST_TEST(manager.up_to("STOPPING=1").back() == "STOPPING=1");
  BOOST_TEST(gateway.wait() == 0);
}

BOOST_AUTO_TEST_CASE(a_reload_that_fails_is_over_for_the_service_manager_too) {
  const TempDir dir;
  NotifySocket manager(dir / "notify.sock");
  WireGateway::Setup setup;
  setup.environment = "NOTIFY_SOCKET='" + (dir / "notify.sock") + "'";
  const WireGateway gateway(setup);
  manager.up_to("READY=1");
  gateway.reconfigure("workers: 2", "workers: many");
  (void)gateway.reload();
  BOOST_TEST(manager.up_to("RELOADING=1").back().starts_with("RELOADING=1"));
  BOOST_TEST(manager.up_to("READY=1").back() == "READY=1");
}

// The store is out of reach all the time: the watchdog is about the gateway itself.
BOOST_AUTO_TEST_CASE(signs_of_life_come_without_a_store_but_not_while_a_worker_hangs) {
  const TempDir dir;
  NotifySocket manager(dir / "notify.sock");
  WireGateway::Setup setup;
  setup.yaml = "workers: 2\nstore: { type: redis, redis: { url: 'unix://" + (dir / "none.sock") + "' } }\n";
  setup.environment = "NOTIFY_SOCKET='" + (dir / "notify.sock") + "' WATCHDOG_USEC=400000";
  const WireGateway gateway(setup);
  for (int i = 0; i < 3; ++i) manager.up_to("WATCHDOG=1");
  {
    const HangingThread worker(gateway.pid(), "worker-1");
    while (!manager.silent()) (void)manager.next();
    // This takes many times the interval, as a reload waits for all workers.
    BOOST_TEST(says(gateway.reload(), "a worker does not answer"));
    const auto meanwhile = manager.up_to("READY=1");
    // One answer may have been given just before.
    BOOST_TEST(std::count(meanwhile.begin(), meanwhile.end(), "WATCHDOG=1") <= 1);
  }
  manager.up_to("WATCHDOG=1");
  BOOST_TEST(says(gateway.reload(), "generation 3 of the configuration is in use"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway::test
