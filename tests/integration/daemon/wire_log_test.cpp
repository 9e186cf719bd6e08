// A gateway whose log nobody reads, or can't be written; and the log of one that does not even start.

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <regex>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/daemon/wire_gateway.h"
#include "tests/support/e2e/log_secrets.h"
#include "tests/support/places.h"

namespace session::gateway::test {
namespace {

using namespace std::chrono_literals;

// Far more lines than a pipe holds: at level debug each request writes one.
constexpr int kRequests = 3000;

// A gateway whose standard error is this file, a pipe or a device. `command`: what starts it, if not the test
// itself.
class LoggingTo {
 public:
  explicit LoggingTo(const std::string& log_file, std::vector<std::string> command = {}) {
    write_file(dir_ / "gateway.yaml",
               configuration("  - unix: '" + (dir_ / "gateway.sock") + "'\n", "workers: 2\n"));
    command.insert(command.end(),
                   {session::test::gateway_binary(), "serve", "--config", dir_ / "gateway.yaml"});
    process_ = std::make_unique<session::test::Process>(command, log_file);
    wait_until("the gateway to listen", [&] { return session::test::accepts_unix(dir_ / "gateway.sock"); });
  }

  [[nodiscard]] Peer peer() const { return unix_peer(dir_ / "gateway.sock"); }

  // A session begins, and is found by every one of many checks.
  void check_requests() const {
    Peer asking_peer = peer();
    const Answer begun = asking_peer.ask(
        request(1, asking("session", "POST", {{"GATEWAY_ALLOW", "set"}}), R"({"set":{"user":"alice"}})"));
    BOOST_TEST_REQUIRE(begun.status == 200);
    const std::string cookie = "session=" + begun.cookie();
    int passed = 0;
    for (int i = 0; i < kRequests; ++i) {
      passed +=
          asking_peer.ask(request(1, asking("auth", "GET", {{"HTTP_COOKIE", cookie}}))).status == 204 ? 1 : 0;
    }
    BOOST_TEST(passed == kRequests);
  }

  // Nobody asks anything, so there is nothing to do.
  void check_idle() const {
    const auto before = cpu_time();
    const auto end = std::chrono::steady_clock::now() + 1s;
    wait_until("time to pass", [&] { return std::chrono::steady_clock::now() >= end; });
    BOOST_TEST((cpu_time() - before).count() <= 300);
  }

  void check_stop() {
    process_->signal(SIGTERM);
    BOOST_TEST(process_->wait() == 0);
  }

 private:
  // Fields 14 and 15 of proc_pid_stat(5), in clock ticks.
  [[nodiscard]] std::chrono::milliseconds cpu_time() const {
    const std::string stat = read_file("/proc/" + std::to_string(process_->pid()) + "/stat");
    std::istringstream fields(stat.substr(stat.rfind(')') + 1));
    std::string skipped;
    for (int field = 3; field < 14; ++field) fields >> skipped;
    long user = 0;
    long system = 0;
    fields >> user >> system;
    return std::chrono::milliseconds((user + system) * 1000 / ::sysconf(_SC_CLK_TCK));
  }

  TempDir dir_;
  std::unique_ptr<session::test::Process> process_;
};

// A pipe with a name, whose reader doesn't read unless told to.
class Pipe {
 public:
  Pipe() {
    BOOST_REQUIRE(::mkfifo(path().c_str(), 0600) == 0);
    reader_ = ::open(path().c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    BOOST_REQUIRE(reader_ >= 0);
  }
  ~Pipe() { go_away(); }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  [[nodiscard]] std::string path() const { return dir_ / "log"; }
  void go_away() {
    if (reader_ >= 0) ::close(std::exchange(reader_, -1));
  }
  // What lies there now, which is whole lines up to the last.
  [[nodiscard]] std::string read() const {
    std::string all;
    std::array<char, 65536> piece{};
    for (ssize_t got = 0; (got = ::read(reader_, piece.data(), piece.size())) > 0;)
      all.append(piece.data(), static_cast<std::size_t>(got));
    return all;
  }

 private:
  TempDir dir_;
  int reader_ = -1;
};

BOOST_AUTO_TEST_SUITE(wire_log)

BOOST_AUTO_TEST_CASE(a_log_that_nobody_reads_holds_no_request_up_and_recovers_by_itself) {
  Pipe pipe;
  LoggingTo gateway(pipe.path());
  gateway.check_requests();
  gateway.check_idle();
  const std::string before = pipe.read();
  BOOST_TEST(std::count(before.begin(), before.end(), '\n') < kRequests);
  BOOST_TEST(before.find(" info serving with 2 workers\n") != std::string::npos);
  BOOST_TEST(before.find("were lost") == std::string::npos);
  BOOST_TEST(gateway.peer().ask(health()).status == 200);
  const std::string after = pipe.read();
  BOOST_TEST(after.find(" warning ") != std::string::npos);
  BOOST_TEST(after.find(" lines of the log were lost: they could not be written\n") != std::string::npos);
  BOOST_TEST(after.find(" debug request -: health answered 200 (done) in ") != std::string::npos);
  BOOST_TEST(session::test::secrets_in(before + after).empty());
  gateway.check_stop();
  BOOST_TEST(pipe.read().ends_with(" info stopped\n"));
}

BOOST_AUTO_TEST_CASE(a_reader_of_the_log_that_has_gone_ends_no_gateway) {
  Pipe pipe;
  LoggingTo gateway(pipe.path());
  pipe.go_away();
  gateway.check_requests();
  gateway.check_idle();
  gateway.check_stop();
}

BOOST_AUTO_TEST_CASE(a_full_disk_under_the_log_holds_no_request_up) {
  LoggingTo gateway("/dev/full");
  gateway.check_requests();
  gateway.check_idle();
  gateway.check_stop();
}

BOOST_AUTO_TEST_CASE(a_disk_that_hangs_under_the_log_holds_up_no_request_and_not_the_stop) {
  const TempDir dir;
  LoggingTo gateway(dir / "log", {session::test::hang_calls_binary(), "writes"});
  gateway.check_requests();
  gateway.check_idle();
  gateway.check_stop();
  BOOST_TEST(read_file(dir / "log") == "");
}

BOOST_AUTO_TEST_CASE(a_start_that_fails_on_its_configuration_logs_each_problem) {
  const TempDir dir;
  write_file(dir / "bad.yaml", "workers: none\nwrkers: 2\n");
  BOOST_TEST(run_gateway(dir / "bad.yaml", dir / "log") == 1);
  const std::regex lines(
      "20\\S+Z error \\S+bad\\.yaml:1: workers: .*\n20\\S+Z error \\S+bad\\.yaml:2: wrkers: .*\n");
  BOOST_TEST(std::regex_match(read_file(dir / "log"), lines), read_file(dir / "log"));
}

BOOST_AUTO_TEST_CASE(a_start_that_fails_on_its_configuration_tells_the_journal_that_these_are_errors) {
  const TempDir dir;
  write_file(dir / "log", "");
  session::test::Process process(
      {"sh", "-c", "JOURNAL_STREAM=$(stat -c %d:%i \"$1\") exec \"$0\" serve --config missing.yaml",
       session::test::gateway_binary(), dir / "log"},
      dir / "log");
  BOOST_TEST(process.wait() == 1);
  const std::regex line("<3>20\\S+Z error missing\\.yaml: .*\n");
  BOOST_TEST(std::regex_match(read_file(dir / "log"), line), read_file(dir / "log"));
}

BOOST_AUTO_TEST_CASE(check_prints_plain_lines) {
  const TempDir dir;
  write_file(dir / "bad.yaml", "wrkers: 2\n");
  session::test::Process process({session::test::gateway_binary(), "check", dir / "bad.yaml"}, dir / "out");
  BOOST_TEST(process.wait() == 1);
  BOOST_TEST(read_file(dir / "out").starts_with((dir / "bad.yaml") + ":1: wrkers: "));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::gateway::test
