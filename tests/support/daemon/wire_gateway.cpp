#include "tests/support/daemon/wire_gateway.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <csignal>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <string_view>

#include <boost/test/results_collector.hpp>
#include <boost/test/unit_test.hpp>

#include "tests/support/places.h"

namespace session::gateway::test {
namespace {

using session::test::Process;

// The test that runs, or all of them if that is over.
boost::unit_test::test_unit_id current_test() {
  using namespace boost::unit_test;
  try {
    return framework::current_test_case().p_id;
  } catch (const framework::internal_error&) {
    return framework::master_test_suite().p_id;
  }
}

bool test_has_failed() {
  return std::uncaught_exceptions() > 0 ||
         !boost::unit_test::results_collector.results(current_test()).passed();
}

template <class Address>
int connected(const Address& address) {
  const int descriptor =
      ::socket(reinterpret_cast<const sockaddr&>(address).sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) throw std::runtime_error("socket");
  if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
    return descriptor;
  ::close(descriptor);
  throw std::runtime_error("cannot connect to the gateway");
}

// The shell says its process id and then becomes the gateway. An address sanitizer's hoard of freed memory
// would count as the gateway's.
std::vector<std::string> command(const TempDir& dir, const WireGateway::Setup& setup,
                                 const std::string& config_file) {
  std::string script = "echo $$ > '" + (dir / "pid") + "'; ";
  script += "export ASAN_OPTIONS=quarantine_size_mb=1:$ASAN_OPTIONS; ";
  if (!setup.environment.empty()) script += "export " + setup.environment + "; ";
  if (setup.descriptors > 0) script += "ulimit -n " + std::to_string(setup.descriptors) + "; ";
  std::string redirections;
  for (std::size_t i = 0; i < setup.sockets.size(); ++i) {
    redirections += " " + std::to_string(3 + i) + "<&" + std::to_string(setup.sockets[i]);
  }
  if (!setup.sockets.empty()) {
    script += "export LISTEN_PID=$$ LISTEN_FDS=" + std::to_string(setup.sockets.size()) + "; ";
  }
  return {"sh",
          "-c",
          script + "exec \"$@\"" + redirections,
          "sh",
          session::test::gateway_binary(),
          "serve",
          "--core-dumps",  // tests look into the process, also those of an ordinary user
          "--config",
          config_file};
}

// What each thread of a process is doing, for the report of a test that failed because the process hangs.
// A file that can't be read is left out.
std::string thread_states(pid_t process) {
  std::string states;
  std::error_code none;
  for (const auto& task :
       std::filesystem::directory_iterator("/proc/" + std::to_string(process) + "/task", none)) {
    states += task.path().filename().string() + ":";
    for (const char* file : {"comm", "syscall", "wchan", "status"}) {
      std::ifstream in(task.path() / file);
      for (std::string line; std::getline(in, line);) {
        if (std::string_view(file) != "status" || line.find("State:") == 0 || line.find("Sig") == 0 ||
            line.find("ShdPnd:") == 0)
          states += " " + line;
      }
    }
    states += "\n";
  }
  return states;
}

}  // namespace

std::string configuration(const std::string& listen, const std::string& yaml, const std::string& cookie) {
  return "listen:\n" + listen + "cookie: " + cookie +
         "\n"
         "salt: { value: 'salt of the wire tests' }\n"
         "keys: [{ id: k1, value: 'the first key of all the wire tests' }]\n" +
         yaml + (yaml.find("log:") == std::string::npos ? "log: { level: debug }\n" : "");
}

Peer unix_peer(const std::string& socket_file) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  socket_file.copy(address.sun_path, sizeof address.sun_path - 1);
  return Peer(connected(address));
}

int run_gateway(const std::string& config_file, const std::string& log) {
  return Process({session::test::gateway_binary(), "serve", "--config", config_file}, log).wait();
}

WireGateway::WireGateway(const Setup& setup) : port_(session::test::free_port()) {
  write_file(config_file(),
             configuration("  - unix: '" + socket_file() + "'\n  - tcp: 127.0.0.1:" + std::to_string(port_) +
                               "\n" + session::test::replaced(setup.listen, "@DIR@", dir_ / ""),
                           setup.yaml, setup.cookie));
  process_ = std::make_unique<Process>(command(dir_, setup, config_file()), dir_ / "gateway.log");
  // Told by its log, not by connecting: a connection would count.
  wait_until("the gateway to serve", [this] {
    if (process_->exit_status()) throw std::runtime_error("the gateway has ended: " + log());
    return log().find("serving with") != std::string::npos;
  });
  wait_for_trial(setup);
  pid_ = std::stoi(read_file(dir_ / "pid"));
}

// A gateway tries its Redis at the start, with a key that a test should not meet. The log tells the outcome,
// unless the test has a log of its own.
void WireGateway::wait_for_trial(const Setup& setup) const {
  if (setup.yaml.find("type: redis") == std::string::npos || setup.yaml.find("log:") != std::string::npos)
    return;
  wait_until("the outcome of the trial of Redis", [this] {
    const std::string said = log();
    return said.find("the store serves sessions") != std::string::npos ||
           said.find("does not serve sessions") != std::string::npos ||
           said.find(": unreachable (") != std::string::npos;
  });
}

WireGateway::~WireGateway() {
  if (!test_has_failed()) return;
  BOOST_TEST_MESSAGE("--- gateway.log\n" << log());
  if (!process_->exit_status()) BOOST_TEST_MESSAGE("--- its threads\n" << thread_states(pid_));
}

void WireGateway::reconfigure(const std::string& what, const std::string& with) const {
  const std::string before = read_file(config_file());
  const std::string after = session::test::replaced(before, what, with);
  if (after == before) throw std::runtime_error("the configuration does not have: " + what);
  write_file(config_file(), after);
}

std::string WireGateway::reload() const {
  const std::size_t before = log().size();
  process_->signal(SIGHUP);
  std::string since;
  wait_until("the reload", [&] {
    since = log().substr(before);
    return since.find(" of the configuration ") != std::string::npos ||
           since.find("nothing to reload") != std::string::npos;
  });
  return since;
}

void WireGateway::wait_for_log(const std::string& text) const {
  wait_until("the log to say: " + text, [&] { return log().find(text) != std::string::npos; });
}

Peer WireGateway::tcp_peer() const {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port_));
  const int descriptor = connected(address);
  const int on = 1;
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return Peer(descriptor);
}

std::vector<Peer> WireGateway::peers() const {
  std::vector<Peer> both;
  both.push_back(unix_peer());
  both.push_back(tcp_peer());
  return both;
}

bool WireGateway::listens() const {
  return session::test::accepts_unix(socket_file()) || session::test::accepts_tcp(port_);
}

void WireGateway::check_health() const {
  for (Peer& peer : peers()) BOOST_TEST(peer.ask(health()).status == 200);
}

void WireGateway::check_serving(int descriptor) const {
  Peer peer(descriptor);
  BOOST_TEST(peer.ask(health()).status == 200);
}

std::string WireGateway::log_in(const std::string& attributes) const {
  const Answer answer = unix_peer().ask(
      request(1, asking("session", "POST", {{"GATEWAY_ALLOW", "set"}}), R"({"set":)" + attributes + "}"));
  if (answer.cookie().empty()) throw std::runtime_error("no cookie: " + answer.content);
  return answer.cookie();
}

// Fields 14 and 15 of proc_pid_stat(5), in clock ticks; field 2, in parentheses, may hold spaces.
std::chrono::milliseconds WireGateway::cpu_time() const {
  const std::string stat = read_file("/proc/" + std::to_string(pid_) + "/stat");
  std::istringstream fields(stat.substr(stat.rfind(')') + 1));
  std::string skipped;
  for (int field = 3; field < 14; ++field) fields >> skipped;
  long user = 0;
  long system = 0;
  fields >> user >> system;
  return std::chrono::milliseconds((user + system) * 1000 / ::sysconf(_SC_CLK_TCK));
}

std::size_t WireGateway::open_descriptors() const {
  const std::filesystem::directory_iterator all("/proc/" + std::to_string(pid_) + "/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

void WireGateway::limit_descriptors(std::size_t most) const {
  rlimit limit{};
  if (::prlimit(pid_, RLIMIT_NOFILE, nullptr, &limit) != 0) throw std::runtime_error("prlimit");
  limit.rlim_cur = most;
  if (::prlimit(pid_, RLIMIT_NOFILE, &limit, nullptr) != 0) throw std::runtime_error("prlimit");
}

std::size_t WireGateway::resident_bytes() const {
  std::istringstream fields(read_file("/proc/" + std::to_string(pid_) + "/statm"));
  std::size_t total = 0;
  std::size_t resident = 0;
  fields >> total >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace session::gateway::test
