// A file of sessions that can't be opened or written: checks go on, and the gateway says that it is degraded.

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <string>

#include <boost/test/unit_test.hpp>

#include "tests/support/daemon/memory_file_gateway.h"

namespace session::gateway::test {
namespace {

namespace fs = std::filesystem;

const std::string kRefuse = ", on_disk_error: refuse";

bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// Without an audit its log stays much shorter than what is written beside the file. A process that ignores
// the signal gets an error for each write beyond its limit.
WireGateway::Setup on_a_disk(const TempDir& dir, const std::string& more) {
  WireGateway::Setup setup = in_file(dir, more);
  setup.yaml += "log: { level: info, audit: off }\n";
  setup.environment = "NONE=1; trap '' XFSZ";
  return setup;
}

// No file of the process may grow any more from here on, as if its disk were full.
void fill_disk(const WireGateway& gateway, const TempDir& dir) {
  // So that the end of the log beside the file is beyond that of all other files.
  for (int i = 0; i < 5; ++i) {
    (void)Visitor(gateway).log_in("filler");
    wait_until_saved(gateway);
  }
  const rlim_t size = fs::file_size(sessions_file(dir) + "-wal");
  BOOST_TEST_REQUIRE(size > gateway.log().size() + 4096);
  const rlimit limit{size, RLIM_INFINITY};
  BOOST_REQUIRE(::prlimit(gateway.pid(), RLIMIT_FSIZE, &limit, nullptr) == 0);
}

void make_room(const WireGateway& gateway) {
  const rlimit limit{RLIM_INFINITY, RLIM_INFINITY};
  BOOST_REQUIRE(::prlimit(gateway.pid(), RLIMIT_FSIZE, &limit, nullptr) == 0);
}

double up(Visitor& visitor) { return visitor.metrics()["session_gateway_memory_file_up"]; }

void wait_for_state(Visitor& visitor, double state) {
  wait_until("the state of the file", [&] { return up(visitor) == state; });
}

void check_degraded(Visitor& visitor, bool refuses) {
  const Answer answer = visitor.ready();
  const std::string sentence = "Sessions are in memory only: their file can't be written.";
  const Json body = Json::parse(answer.body);
  BOOST_TEST(answer.status == (refuses ? 503 : 200));
  BOOST_TEST(body.at(refuses ? "detail" : "degraded") == sentence);
  if (refuses) {
    BOOST_TEST(answer.header("X-Session-Reason") == "store-unavailable");
    BOOST_TEST(answer.header("Retry-After") == "5");
  } else {
    BOOST_TEST(body.at("status") == "ready");
  }
}

void check_recovered(WireGateway& gateway, Visitor& visitor) {
  make_room(gateway);
  wait_for_state(visitor, 1);
  const Answer ready = visitor.ready();
  BOOST_TEST(ready.status == 200);
  BOOST_TEST(ready.body == "{\"status\":\"ready\"}\n");
}

// A file that can't be made: its folder is not there.
WireGateway::Setup without_folder(const TempDir& dir, const std::string& more) {
  WireGateway::Setup setup = on_a_disk(dir, more);
  setup.yaml = session::test::replaced(setup.yaml, sessions_file(dir), dir / "missing/sessions.db");
  return setup;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(wire_memory_file_faults)

BOOST_AUTO_TEST_CASE(a_full_disk_hinders_nobody_under_second_and_all_is_saved_when_there_is_room) {
  for (const std::string& more : {std::string(), kRefuse}) {
    const TempDir dir(kSessionsDir);
    WireGateway gateway(on_a_disk(dir, "durability: second" + more));
    Visitor visitor(gateway);
    const std::string before = visitor.log_in();
    const std::string gone = visitor.log_in();
    fill_disk(gateway, dir);
    const std::string meanwhile = visitor.log_in();
    wait_for_state(visitor, 0);
    BOOST_TEST(visitor.log_out(gone) == 204);
    for (const std::string& cookie : {before, meanwhile}) BOOST_TEST(visitor.check(cookie) == 204);
    check_degraded(visitor, !more.empty());
    BOOST_TEST(visitor.metrics()["session_gateway_memory_file_failures_total"] >= 1);
    BOOST_TEST(visitor.metrics()["session_gateway_memory_file_queue_entries"] >= 1);
    gateway.wait_for_log("sessions are not saved: " + sessions_file(dir));
    check_recovered(gateway, visitor);
    wait_until_saved(gateway);
    gateway.signal(SIGKILL);
    BOOST_TEST(gateway.wait() == 128 + SIGKILL);
    const WireGateway after(in_file(dir));
    for (const std::string& cookie : {before, meanwhile}) BOOST_TEST(Visitor(after).check(cookie) == 204);
    BOOST_TEST(Visitor(after).check(gone) == 401);
  }
}

BOOST_AUTO_TEST_CASE(a_full_disk_refuses_logins_under_commit_while_checks_go_on) {
  for (const std::string& more : {std::string(), kRefuse}) {
    const TempDir dir(kSessionsDir);
    WireGateway gateway(on_a_disk(dir, "durability: commit" + more));
    Visitor visitor(gateway);
    const std::string before = visitor.log_in();
    const std::string gone = visitor.log_in();
    fill_disk(gateway, dir);
    wait_until("a login to fail", [&] { return visitor.try_log_in("alice").status == 503; });
    wait_for_state(visitor, 0);
    const Answer refused = visitor.try_log_in("alice");
    BOOST_TEST(refused.status == 503);
    BOOST_TEST(refused.header("Set-Cookie") == "");
    BOOST_TEST(visitor.log_out(gone) == 503);
    BOOST_TEST(visitor.check(gone) == 401);
    BOOST_TEST(visitor.check(before) == 204);
    check_degraded(visitor, !more.empty());
    check_recovered(gateway, visitor);
    BOOST_TEST(visitor.check(visitor.log_in()) == 204);
  }
}

BOOST_AUTO_TEST_CASE(what_can_not_be_saved_at_the_stop_is_told) {
  const TempDir dir(kSessionsDir);
  WireGateway gateway(on_a_disk(dir, "durability: second"));
  fill_disk(gateway, dir);
  (void)Visitor(gateway).log_in();
  BOOST_TEST(stop(gateway) == 0);
  BOOST_TEST(says(gateway.log(), "sessions were not saved at the stop: " + sessions_file(dir)));
}

BOOST_AUTO_TEST_CASE(without_the_file_it_serves_or_refuses_as_the_operator_has_decided) {
  const TempDir dir(kSessionsDir);
  WireGateway gateway(without_folder(dir, "on_disk_error: serve"));
  Visitor visitor(gateway);
  BOOST_TEST(visitor.check(visitor.log_in()) == 204);
  check_degraded(visitor, false);
  BOOST_TEST(says(gateway.log(), "serving without the file of sessions: " + (dir / "missing/sessions.db")));
  write_file(dir / "gateway.yaml", configuration("  - unix: '" + (dir / "gateway.sock") + "'\n",
                                                 without_folder(dir, "on_disk_error: refuse").yaml));
  BOOST_TEST(run_gateway(dir / "gateway.yaml", dir / "refused.log") == 1);
  BOOST_TEST(says(read_file(dir / "refused.log"), "can't serve: " + (dir / "missing/sessions.db")));
}

BOOST_AUTO_TEST_CASE(a_reload_changes_what_ready_says_of_a_file_that_fails) {
  const TempDir dir(kSessionsDir);
  WireGateway gateway(without_folder(dir, "on_disk_error: serve"));
  Visitor visitor(gateway);
  check_degraded(visitor, false);
  gateway.reconfigure("on_disk_error: serve", "on_disk_error: refuse");
  gateway.signal(SIGHUP);
  wait_until("the reload", [&] { return visitor.ready().status == 503; });
  check_degraded(visitor, true);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway::test
