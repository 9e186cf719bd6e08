// Sessions in memory with a file: what is there after the end of the process, and what the file is used for.

#include <sys/stat.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/daemon/memory_file_gateway.h"
#include "tests/support/notify_socket.h"

namespace session::gateway::test {
namespace {

namespace fs = std::filesystem;
using session::test::NotifySocket;

const std::string kCommit = "durability: commit";

bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// The sessions of a user as operators see them.
Json sessions_of(const WireGateway& gateway, const std::string& user) {
  return AdminPeer(gateway).get("/sessions?subject=" + user).at("sessions");
}

// The files in a folder whose name begins so.
std::vector<std::string> files(const TempDir& dir, const std::string& beginning = {}) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(dir.path())) {
    if (entry.path().filename().string().starts_with(beginning)) names.push_back(entry.path().filename());
  }
  return names;
}

unsigned mode_of(const std::string& path) {
  struct stat found {};
  BOOST_TEST_REQUIRE(::stat(path.c_str(), &found) == 0);
  return found.st_mode & 07777U;
}

// Starts a gateway that is to end by itself, and returns what it says.
std::string refusal(const TempDir& dir, const std::string& more) {
  write_file(dir / "refused.yaml",
             configuration("  - unix: '" + (dir / "refused.sock") + "'\n",
                           "store: { memory: { file: '" + sessions_file(dir) + "', " + more + " } }\n"));
  BOOST_TEST(run_gateway(dir / "refused.yaml", dir / "refused.log") == 1);
  return read_file(dir / "refused.log");
}

// The gateway starts empty, says why, and what it could not use lies beside the new file.
void check_set_aside(const TempDir& dir, const WireGateway::Setup& setup, const std::string& cookie) {
  const WireGateway gateway(setup);
  Visitor visitor(gateway);
  BOOST_TEST(visitor.check(cookie) == 401);
  BOOST_TEST(says(gateway.log(), "the sessions of a file are not used: " + sessions_file(dir)));
  BOOST_TEST(visitor.check(visitor.log_in()) == 204);
  const auto aside = files(dir, "sessions.db.");
  BOOST_TEST(std::count_if(aside.begin(), aside.end(),
                           [](const auto& name) { return !name.ends_with("-wal"); }) == 1);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(wire_memory_file)

BOOST_AUTO_TEST_CASE(a_login_outlives_a_restart_with_all_that_belongs_to_it) {
  for (const std::string& more : {std::string("durability: second"), kCommit}) {
    const TempDir dir(kSessionsDir);
    WireGateway before(in_file(dir, more));
    const std::string alice = Visitor(before).log_in();
    const std::string again = Visitor(before).log_in();
    (void)Visitor(before).log_in("bob");
    const Json listed = sessions_of(before, "alice");
    BOOST_TEST(listed.size() == 2U);
    BOOST_TEST(stop(before) == 0);
    const WireGateway after(in_file(dir, more));
    for (const std::string& cookie : {alice, again}) BOOST_TEST(Visitor(after).check(cookie) == 204);
    BOOST_TEST(Visitor(after).attributes(alice) == (Json{{"user", "alice"}, {"cart", {1, 2}}}));
    const Json now = sessions_of(after, "alice");
    BOOST_TEST_REQUIRE(now.size() == 2U);
    for (std::size_t i = 0; i < 2; ++i) {
      BOOST_TEST(now[i].at("name") == listed[i].at("name"));
      BOOST_TEST(now[i].at("created") == listed[i].at("created"));
      // The time left is known to the second.
      BOOST_TEST(std::abs(now[i].at("expires").get<long>() - listed[i].at("expires").get<long>()) <= 1);
    }
    BOOST_TEST(Visitor(after).metrics()["session_gateway_memory_file_loaded_sessions"] == 3);
    BOOST_TEST(says(after.log(), sessions_file(dir) + ": 3 sessions read in "));
  }
}

BOOST_AUTO_TEST_CASE(whoever_has_logged_out_is_logged_out_after_a_restart) {
  const TempDir dir(kSessionsDir);
  WireGateway before(in_file(dir));
  const std::string alice = Visitor(before).log_in();
  const std::string bob = Visitor(before).log_in("bob");
  BOOST_TEST(Visitor(before).log_out(alice) == 204);
  BOOST_TEST(AdminPeer(before).ask("DELETE", "/sessions?subject=bob").status == 200);
  BOOST_TEST(stop(before) == 0);
  const WireGateway after(in_file(dir));
  for (const std::string& cookie : {alice, bob}) BOOST_TEST(Visitor(after).check(cookie) == 401);
}

BOOST_AUTO_TEST_CASE(what_was_answered_before_a_kill_holds_under_commit) {
  const TempDir dir(kSessionsDir);
  std::vector<std::string> in;
  std::vector<std::string> out;
  for (int round = 0; round < 3; ++round) {
    WireGateway gateway(in_file(dir, kCommit));
    Visitor visitor(gateway);
    for (const std::string& cookie : in) BOOST_TEST(visitor.check(cookie) == 204);
    for (const std::string& cookie : out) BOOST_TEST(visitor.check(cookie) == 401);
    for (int i = 0; i < 10; ++i) in.push_back(visitor.log_in());
    out.push_back(in.back());
    in.pop_back();
    BOOST_TEST(visitor.log_out(out.back()) == 204);
    gateway.signal(SIGKILL);
    BOOST_TEST(gateway.wait() == 128 + SIGKILL);
  }
}

BOOST_AUTO_TEST_CASE(what_is_in_the_file_outlives_a_kill_under_second) {
  const TempDir dir(kSessionsDir);
  WireGateway before(in_file(dir));
  const std::string cookie = Visitor(before).log_in();
  wait_until_saved(before);
  before.signal(SIGKILL);
  BOOST_TEST(before.wait() == 128 + SIGKILL);
  const WireGateway after(in_file(dir));
  BOOST_TEST(Visitor(after).check(cookie) == 204);
}

BOOST_AUTO_TEST_CASE(nobody_else_can_read_the_file) {
  const TempDir dir(kSessionsDir);
  WireGateway gateway(in_file(dir));
  const std::string cookie = Visitor(gateway).log_in();
  wait_until_saved(gateway);
  const auto made = files(dir);
  BOOST_TEST(made.size() == 2U);
  for (const std::string& name : made) {
    BOOST_TEST(mode_of(dir / name) == 0600U, name);
    BOOST_TEST(!says(read_file(dir / name), cookie), name << " has a cookie in it");
  }
  BOOST_TEST(stop(gateway) == 0);
  BOOST_TEST((files(dir) == std::vector<std::string>{"sessions.db"}));
}

BOOST_AUTO_TEST_CASE(a_second_gateway_on_the_file_does_not_start) {
  const TempDir dir(kSessionsDir);
  const WireGateway first(in_file(dir));
  const std::string cookie = Visitor(first).log_in();
  for (const std::string more : {"on_disk_error: serve", "on_disk_error: refuse"})
    BOOST_TEST(says(refusal(dir, more), "can't serve: " + sessions_file(dir)));
  BOOST_TEST(Visitor(first).check(cookie) == 204);
}

// Another salt is one more reason, and the same fingerprint says so.
BOOST_AUTO_TEST_CASE(a_file_of_another_format_is_set_aside_and_a_reload_does_not_change_what_it_depends_on) {
  const TempDir dir(kSessionsDir);
  WireGateway before(in_file(dir));
  const std::string cookie = Visitor(before).log_in();
  before.reconfigure("salt of the wire tests", "another salt");
  const std::string said = before.reload();
  BOOST_TEST(says(said, "salt: changed, which counts only after a restart, as the file of sessions"));
  BOOST_TEST(stop(before) == 0);
  WireGateway::Setup setup = in_file(dir);
  setup.yaml = "dialect: session-store\n" + setup.yaml;
  check_set_aside(dir, setup, cookie);
}

BOOST_AUTO_TEST_CASE(a_damaged_file_is_set_aside) {
  const TempDir dir(kSessionsDir);
  WireGateway before(in_file(dir));
  const std::string cookie = Visitor(before).log_in();
  BOOST_TEST(stop(before) == 0);
  write_file(sessions_file(dir), "This is no database, and it never was one. " + std::string(10000, 'x'));
  check_set_aside(dir, in_file(dir), cookie);
}

BOOST_AUTO_TEST_CASE(new_keys_end_no_session_of_the_file) {
  const TempDir dir(kSessionsDir);
  WireGateway before(in_file(dir));
  const std::string cookie = Visitor(before).log_in();
  before.reconfigure("keys: [", "keys: [{ id: k2, value: 'the second key of all the wire tests' }, ");
  (void)before.reload();
  const std::string under_new = Visitor(before).log_in("bob");
  BOOST_TEST(says(under_new, "v1.k2."));
  BOOST_TEST(stop(before) == 0);
  WireGateway after(in_file(dir));
  BOOST_TEST(Visitor(after).check(cookie) == 204);
  after.reconfigure("keys: [", "keys: [{ id: k2, value: 'the second key of all the wire tests' }, ");
  (void)after.reload();
  BOOST_TEST(Visitor(after).check(under_new) == 204);
}

BOOST_AUTO_TEST_CASE(the_service_manager_hears_that_the_file_is_read_before_ready) {
  const TempDir dir(kSessionsDir);
  NotifySocket manager(dir / "notify.sock");
  WireGateway::Setup setup = in_file(dir);
  setup.environment = "NOTIFY_SOCKET='" + (dir / "notify.sock") + "'";
  const WireGateway gateway(setup);
  const auto said = manager.up_to("READY=1");
  BOOST_TEST_REQUIRE(said.size() >= 3U);
  BOOST_TEST(said[0] == "STATUS=opening " + sessions_file(dir));
  BOOST_TEST(said[1] == "EXTEND_TIMEOUT_USEC=60000000");
  const auto status = manager.up_to("STATUS=memory: 0 sessions");
  BOOST_TEST(says(status.back(), ", in a file of 0 MiB; "), status.back());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway::test
