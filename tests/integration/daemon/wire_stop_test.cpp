#include <grp.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <map>

#include <boost/test/unit_test.hpp>

#include "tests/support/daemon/wire_gateway.h"
#include "tests/support/places.h"

// How the gateway begins and how it ends.

namespace session::gateway::test {
namespace {

const std::string kRequest =
    begin(1) + stream(kParams, 1, pairs_text(asking("health"))) + stream(kStdin, 1, "a body");

// Listens on a unix socket for as long as it lives, and leaves the file behind as a crashed process does.
class Listening {
 public:
  explicit Listening(const std::string& path, int backlog = 16)
      : descriptor_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    address_.sun_family = AF_UNIX;
    path.copy(address_.sun_path, sizeof address_.sun_path - 1);
    BOOST_REQUIRE(::bind(descriptor_, generic(), sizeof address_) == 0);
    BOOST_REQUIRE(::listen(descriptor_, backlog) == 0);
  }
  ~Listening() {
    for (const int waiting : waiting_) ::close(waiting);
    ::close(descriptor_);
  }
  Listening(const Listening&) = delete;
  Listening& operator=(const Listening&) = delete;

  // Connects until a further connection would have to wait.
  void fill_backlog() {
    do {
      waiting_.push_back(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    } while (::connect(waiting_.back(), generic(), sizeof address_) == 0);
  }

 private:
  [[nodiscard]] const sockaddr* generic() const { return reinterpret_cast<const sockaddr*>(&address_); }
  int descriptor_;
  sockaddr_un address_{};
  std::vector<int> waiting_;
};

constexpr unsigned kNobody = 65534;

boost::test_tools::assertion_result is_root(boost::unit_test::test_unit_id) { return ::geteuid() == 0; }

// What a process of that user and that one group gets when it connects: 0, or the error's number.
int error_of_connecting(const std::string& socket_file, uid_t user, gid_t group) {
  const pid_t child = ::fork();
  BOOST_REQUIRE(child >= 0);
  if (child == 0) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    socket_file.copy(address.sun_path, sizeof address.sun_path - 1);
    const bool became = ::setgroups(0, nullptr) == 0 && ::setresgid(group, group, group) == 0 &&
                        ::setresuid(user, user, user) == 0;
    const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const auto* const generic = reinterpret_cast<const sockaddr*>(&address);
    if (!became || descriptor < 0) ::_exit(255);
    ::_exit(::connect(descriptor, generic, sizeof address) == 0 ? 0 : errno);
  }
  int status = 0;
  BOOST_REQUIRE(::waitpid(child, &status, 0) == child);
  BOOST_REQUIRE(WIFEXITED(status));
  return WEXITSTATUS(status);
}

// Starts a gateway that can't have what it should listen on; returns what it says.
std::string refusal(const TempDir& dir, const std::string& listen) {
  write_file(dir / "refused.yaml", configuration(listen, ""));
  BOOST_TEST(run_gateway(dir / "refused.yaml", dir / "refused.log") == 1);
  return read_file(dir / "refused.log");
}

bool says(const std::string& log, const std::string& text) { return log.find(text) != std::string::npos; }

// Of each thread of a process, the signals that it blocks (proc(5): SigBlk, bit n - 1 for signal n).
std::map<int, std::uint64_t> blocked_signals(pid_t process) {
  std::map<int, std::uint64_t> blocked;
  for (const auto& task : std::filesystem::directory_iterator("/proc/" + std::to_string(process) + "/task")) {
    const std::string status = read_file(task.path() / "status");
    const std::size_t at = status.find("SigBlk:");
    BOOST_REQUIRE(at != std::string::npos);
    blocked[std::stoi(task.path().filename())] = std::stoull(status.substr(at + 7), nullptr, 16);
  }
  return blocked;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(wire_stop)

BOOST_AUTO_TEST_CASE(only_the_thread_that_waits_for_signals_receives_them) {
  const TempDir dir;
  WireGateway gateway({"workers: 2\nlog: { audit: '" + (dir / "audit.log") + "' }\n"});
  gateway.check_health();
  const auto blocked = blocked_signals(gateway.pid());
  BOOST_TEST(blocked.size() >= 5U);  // main, two workers, the log, the audit; a sanitizer has one more
  for (const auto& [thread, signals] : blocked) {
    for (const int number : {SIGTERM, SIGINT, SIGHUP}) {
      BOOST_TEST_CONTEXT("thread " << thread << " of process " << gateway.pid() << ", signal " << number)
      BOOST_TEST(((signals >> (number - 1)) & 1) == (thread == gateway.pid() ? 0U : 1U));
    }
  }
}

BOOST_AUTO_TEST_CASE(sigterm_closes_idle_connections_and_finishes_requests_under_way) {
  for (const int number : {SIGTERM, SIGINT}) {
    WireGateway gateway;
    std::vector<Peer> idle = gateway.peers();
    for (Peer& peer : idle) BOOST_TEST(peer.ask(health()).status == 200);
    std::vector<Peer> busy = gateway.peers();
    for (Peer& peer : busy) BOOST_TEST(peer.ask(health() + kRequest.substr(0, 60)).status == 200);
    gateway.signal(number);
    for (Peer& peer : idle) BOOST_TEST(peer.ended());
    wait_until("the listeners to close", [&] { return !gateway.listens(); });
    for (Peer& peer : busy) {
      BOOST_TEST(peer.ask(kRequest.substr(60)).status == 200);
      BOOST_TEST(peer.ended());
    }
    BOOST_TEST(gateway.wait() == 0);
    BOOST_TEST(!std::filesystem::exists(gateway.socket_file()));
  }
}

BOOST_AUTO_TEST_CASE(what_was_sent_before_sigterm_is_answered) {
  for (int round = 0; round < 5; ++round) {
    WireGateway gateway;
    std::vector<Peer> peers;
    for (int i = 0; i < 100; ++i) {
      peers.push_back(gateway.unix_peer());
      BOOST_TEST(peers.back().ask(health()).status == 200);
    }
    for (int i = 0; i < 100; ++i) peers.push_back(gateway.unix_peer());  // these may not even be accepted yet
    for (Peer& peer : peers) peer.send(kRequest);
    gateway.signal(SIGTERM);
    for (Peer& peer : peers) {
      BOOST_TEST(peer.read_answer().status == 200);
      BOOST_TEST(peer.ended());
    }
    BOOST_TEST(gateway.wait() == 0);
  }
}

BOOST_AUTO_TEST_CASE(half_a_request_sent_before_sigterm_may_be_finished) {
  for (int round = 0; round < 5; ++round) {
    WireGateway gateway;
    std::vector<Peer> peers;
    for (int i = 0; i < 50; ++i) peers.push_back(gateway.unix_peer());
    for (Peer& peer : peers) peer.send(kRequest.substr(0, 60));
    gateway.signal(SIGTERM);
    wait_until("the listeners to close", [&] { return !gateway.listens(); });
    for (Peer& peer : peers) BOOST_TEST(peer.ask(kRequest.substr(60)).status == 200);
    BOOST_TEST(gateway.wait() == 0);
  }
}

BOOST_AUTO_TEST_CASE(sigterm_is_not_held_up_for_ever_by_peers_that_are_stuck) {
  WireGateway gateway({"limits: { request_deadline: 300ms }\nworkers: 2\n"});
  std::vector<Peer> stuck = gateway.peers();
  for (Peer& peer : stuck) BOOST_TEST(peer.ask(health() + kRequest.substr(0, 60)).status == 200);
  const std::string cookie =
      gateway.log_in(R"({"user":"alice","blob":")" + std::string(60000, 'b') + R"("})");
  std::string many;
  for (int i = 0; i < 200; ++i)
    many += request(1, asking("session", "GET", {{"HTTP_COOKIE", "session=" + cookie}}));
  std::vector<Peer> deaf = gateway.peers();
  for (Peer& peer : deaf) (void)peer.send_what_fits(many);
  gateway.signal(SIGTERM);
  BOOST_TEST(gateway.wait() == 0);
  BOOST_TEST(!std::filesystem::exists(gateway.socket_file()));
  for (Peer& peer : stuck) BOOST_TEST(peer.ended());
}

BOOST_AUTO_TEST_CASE(a_socket_file_that_a_crash_left_behind_is_replaced) {
  WireGateway crashed;
  crashed.check_health();
  crashed.signal(SIGKILL);
  BOOST_TEST(crashed.wait() == 128 + SIGKILL);
  BOOST_REQUIRE(std::filesystem::exists(crashed.socket_file()));
  session::test::Process next({session::test::gateway_binary(), "serve", "--config", crashed.config_file()},
                              crashed.dir() / "next.log");
  wait_until("the next gateway to serve",
             [&] { return says(read_file(crashed.dir() / "next.log"), "serving with"); });
  crashed.check_health();
  next.signal(SIGTERM);
  BOOST_TEST(next.wait() == 0);
  BOOST_TEST(!std::filesystem::exists(crashed.socket_file()));
}

BOOST_AUTO_TEST_CASE(a_socket_that_another_process_serves_is_left_to_it) {
  WireGateway first;
  const std::string log = refusal(first.dir(), "  - unix: '" + first.socket_file() + "'\n");
  BOOST_TEST(says(log, "can't serve: unix:" + first.socket_file() + ": Address already in use"), log);
  first.check_health();
  const std::string tcp = "127.0.0.1:" + std::to_string(first.port());
  const std::string other = first.dir() / "other.sock";
  const std::string tcp_log = refusal(first.dir(), "  - unix: '" + other + "'\n  - tcp: " + tcp + "\n");
  BOOST_TEST(says(tcp_log, "can't serve: tcp:" + tcp + ": Address already in use"), tcp_log);
  BOOST_TEST(!std::filesystem::exists(other));
  first.check_health();
}

BOOST_AUTO_TEST_CASE(a_process_too_busy_to_accept_still_owns_its_socket) {
  const TempDir dir;
  Listening busy(dir / "busy.sock", 0);
  busy.fill_backlog();
  const std::string log = refusal(dir, "  - unix: '" + (dir / "busy.sock") + "'\n");
  BOOST_TEST(says(log, "Address already in use"), log);
  BOOST_TEST(std::filesystem::exists(dir / "busy.sock"));
}

BOOST_AUTO_TEST_CASE(a_file_that_is_no_socket_is_never_removed) {
  const TempDir dir;
  write_file(dir / "precious", "words");
  const std::string log = refusal(dir, "  - unix: '" + (dir / "precious") + "'\n");
  BOOST_TEST(says(log, "can't serve: unix:" + (dir / "precious") + ": Address already in use"), log);
  BOOST_TEST(read_file(dir / "precious") == "words");
  std::filesystem::create_symlink(dir / "precious", dir / "link");
  (void)refusal(dir, "  - unix: '" + (dir / "link") + "'\n");
  BOOST_TEST(std::filesystem::is_symlink(dir / "link"));
}

// Only root can become somebody else.
BOOST_AUTO_TEST_CASE(who_is_neither_the_owner_nor_in_the_group_can_not_connect,
                     *boost::unit_test::precondition(is_root)) {
  const TempDir dir;
  std::filesystem::permissions(dir.path(), std::filesystem::perms::all);  // the socket alone decides
  struct Case {
    const char* mode;
    int by_group;  // what a member of the socket's group gets
    int by_others;
  };
  for (const auto& [mode, by_group, by_others] :
       {Case{"0660", 0, EACCES}, Case{"0600", EACCES, EACCES}, Case{"0666", 0, 0}}) {
    const std::string socket = dir / ("of-mode-" + std::string(mode));
    write_file(dir / "gateway.yaml",
               configuration("  - unix: '" + socket + "'\n    mode: '" + mode + "'\n", ""));
    session::test::Process gateway(
        {session::test::gateway_binary(), "serve", "--config", dir / "gateway.yaml"}, dir / "log");
    wait_until("the gateway to listen", [&] { return session::test::accepts_unix(socket); });
    BOOST_TEST(error_of_connecting(socket, kNobody, ::getegid()) == by_group, mode);
    BOOST_TEST(error_of_connecting(socket, kNobody, kNobody) == by_others, mode);
  }
}

BOOST_AUTO_TEST_CASE(the_socket_file_has_the_configured_mode) {
  const TempDir dir;
  for (const char* mode : {"0660", "0600", "0666"}) {
    write_file(dir / "mode.yaml",
               configuration("  - unix: '" + (dir / "mode.sock") + "'\n    mode: '" + mode + "'\n", ""));
    session::test::Process gateway({session::test::gateway_binary(), "serve", "--config", dir / "mode.yaml"},
                                   dir / "mode.log");
    wait_until("the gateway to listen", [&] { return session::test::accepts_unix(dir / "mode.sock"); });
    const auto permissions = std::filesystem::status(dir / "mode.sock").permissions();
    BOOST_TEST(static_cast<int>(permissions) == std::stoi(mode, nullptr, 8));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway::test
