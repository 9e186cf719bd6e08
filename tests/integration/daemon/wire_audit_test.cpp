// The audit in a file of its own, while the file is changed under a running gateway.

#include <signal.h>
#include <sys/syscall.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <set>
#include <sstream>
#include <string>
#include <thread>

#include <boost/test/unit_test.hpp>

#include "tests/support/daemon/wire_gateway.h"
#include "tests/support/places.h"

namespace session::gateway::test {
namespace {

bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

struct AuditedGateway {
  TempDir logs;
  std::string file = logs / "audit.log";
  WireGateway gateway{{"workers: 2\nlog: { level: debug, audit: '" + file + "' }\n"}};

  // Of all the files that there have been: the subjects of sessions that began, which are numbers.
  [[nodiscard]] std::multiset<int> audited() const {
    std::multiset<int> found;
    for (const auto& each : std::filesystem::directory_iterator(logs.path())) {
      std::istringstream lines(read_file(each.path().string()));
      for (std::string line; std::getline(lines, line);) {
        const auto subject = line.find(" subject=");
        if (says(line, " audit created ") && subject != std::string::npos)
          found.insert(std::stoi(line.substr(subject + 9)));
      }
    }
    return found;
  }
};

// Begins sessions one after the other, of users who are called 0, 1, 2 ..., as long as it lives.
class Visitor {
 public:
  explicit Visitor(const WireGateway& gateway) : thread_([this, &gateway] { visit(gateway); }) {}
  void wait_for_more() const {
    const int before = begun_;
    wait_until("sessions to begin", [&] { return begun_ > before + 5; });
  }
  // How many there have been.
  int stop() {
    stop_ = true;
    thread_.join();
    return begun_;
  }

 private:
  void visit(const WireGateway& gateway) {
    Peer peer = gateway.unix_peer();
    while (!stop_) {
      const Answer answer = peer.ask(request(1, asking("session", "POST", {{"GATEWAY_ALLOW", "set"}}),
                                             R"({"set":{"user":")" + std::to_string(begun_) + "\"}}"));
      if (answer.status != 200) throw std::runtime_error("no session: " + answer.content);
      ++begun_;
    }
  }
  std::atomic<bool> stop_ = false;
  std::atomic<int> begun_ = 0;
  std::jthread thread_;
};

BOOST_AUTO_TEST_SUITE(wire_audit)

BOOST_FIXTURE_TEST_CASE(a_file_that_logrotate_renames_is_made_anew_and_no_line_is_lost_in_between,
                        AuditedGateway) {
  Visitor visitor(gateway);
  for (int i = 1; i <= 6; ++i) {
    visitor.wait_for_more();
    // Every other time with a configuration that can't be reloaded.
    if (i % 2 == 0) gateway.reconfigure("workers: 2\n", "wrkers: 2\n");
    std::filesystem::rename(file, file + "." + std::to_string(i));
    visitor.wait_for_more();
    BOOST_TEST(!std::filesystem::exists(file));
    const std::string said = gateway.reload();
    BOOST_TEST(says(said, "reload failed") == (i % 2 == 0), said);
    visitor.wait_for_more();
    wait_until("lines in the next file", [&] { return says(read_file(file), " audit created "); });
    if (i % 2 == 0) gateway.reconfigure("wrkers: 2\n", "workers: 2\n");
  }
  const int begun = visitor.stop();
  gateway.signal(SIGTERM);
  BOOST_TEST(gateway.wait() == 0);
  std::multiset<int> expected;
  for (int i = 0; i < begun; ++i) expected.insert(i);
  BOOST_TEST(audited() == expected, boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(a_file_that_can_t_be_opened_anew_is_told_and_the_lines_go_on_where_they_went,
                        AuditedGateway) {
  std::filesystem::rename(file, file + ".1");
  std::filesystem::create_directory(file);
  const std::string said = gateway.reload();
  BOOST_TEST(says(said, " error can't open the audit file " + file + ": Is a directory; "));
  BOOST_TEST(says(said, "log.audit: can't append to this file: Is a directory"), said);
  (void)gateway.log_in(R"({"user":"alice"})");
  wait_until("the line", [&] { return says(read_file(file + ".1"), " subject=alice "); });
  std::filesystem::remove(file);
  (void)gateway.reload();
  (void)gateway.log_in(R"({"user":"bob"})");
  wait_until("the next file", [&] { return says(read_file(file), " subject=bob "); });
}

BOOST_FIXTURE_TEST_CASE(a_reload_that_names_another_file_goes_over_to_it, AuditedGateway) {
  (void)gateway.log_in(R"({"user":"alice"})");
  gateway.reconfigure("audit.log", "other.log");
  (void)gateway.reload();
  (void)gateway.log_in(R"({"user":"bob"})");
  wait_until("the line", [&] { return says(read_file(logs / "other.log"), " subject=bob "); });
  BOOST_TEST(says(read_file(file), " subject=alice "));
  BOOST_TEST(!says(read_file(file), "bob"));
}

BOOST_AUTO_TEST_CASE(a_disk_that_hangs_while_the_audit_goes_over_to_it_holds_up_no_request) {
  const TempDir dir;
  const auto configure = [&](const std::string& audit) {
    write_file(dir / "gateway.yaml", configuration("  - unix: '" + (dir / "gateway.sock") + "'\n",
                                                   "workers: 1\nlog: { audit: " + audit + " }\n"));
  };
  configure("stderr");
  session::test::Process process({session::test::hang_calls_binary(), "files",
                                  session::test::gateway_binary(), "serve", "--config", dir / "gateway.yaml"},
                                 dir / "log");
  wait_until("the gateway to listen", [&] { return session::test::accepts_unix(dir / "gateway.sock"); });
  Peer peer = unix_peer(dir / "gateway.sock");
  BOOST_TEST(peer.ask(health()).status == 200);
  configure(dir / "audit.log");
  process.signal(SIGHUP);
  wait_until("the reload to hang", [&] {
    const std::string call = read_file("/proc/" + std::to_string(process.pid()) + "/syscall");
    return call.starts_with(std::to_string(__NR_openat) + " ");
  });
  for (int i = 0; i < 20; ++i) {
    BOOST_TEST(
        peer.ask(request(1, asking("session", "POST", {{"GATEWAY_ALLOW", "set"}}), R"({"set":{"user":"a"}})"))
            .status == 200);
  }
  process.signal(SIGKILL);
  BOOST_TEST(process.wait() == 128 + SIGKILL);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::gateway::test
