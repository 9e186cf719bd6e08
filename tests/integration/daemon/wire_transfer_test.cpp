// `session-gateway sessions export` and `import`: sessions move between gateways with different stores.

#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/daemon/admin_gateway.h"
#include "tests/support/daemon/impostor.h"
#include "tests/support/daemon/wire_redis.h"
#include "tests/support/places.h"
#include "tests/support/program.h"

namespace session::gateway::test {
namespace {

using session::test::RedisServer;
using session::test::run_gateway_command;
using session::test::run_program;
using session::test::Said;

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

struct Move {
  Move() {
    write_file(passphrase, "a passphrase of the tests\n");
    std::filesystem::permissions(passphrase, std::filesystem::perms::owner_read);
  }

  static Said sessions(const WireGateway& gateway, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "sessions");
    arguments.insert(arguments.end(), {"--config", gateway.config_file()});
    return run_gateway_command(std::move(arguments));
  }
  // Each returns what the command has said.
  [[nodiscard]] Said take_out(const WireGateway& from, const std::string& file) const {
    return sessions(from, {"export", "--passphrase-file", passphrase, "--output", file});
  }
  [[nodiscard]] Said bring_in(const WireGateway& to, const std::string& file) const {
    return sessions(to, {"import", "--passphrase-file", passphrase, file});
  }
  static Json listed(const WireGateway& at, const std::string& subject) {
    return Json::parse(sessions(at, {"list", "--json", "--subject", subject}).out).at("sessions");
  }
  // The session of a cookie, as the application sees it.
  static Answer get(const WireGateway& at, const std::string& cookie) {
    Peer peer = at.unix_peer();
    return peer.ask(request(
        1, asking("session", "GET", {{"HTTP_COOKIE", "session=" + cookie}, {"GATEWAY_TOUCH", "off"}}), {}));
  }
  static int status(const WireGateway& at, const std::string& cookie) { return get(at, cookie).status; }

  TempDir dir;
  const std::string passphrase = dir / "passphrase";
  RedisServer redis;
  WireGateway memory{with_admin()};
  WireGateway other{with_admin(on(redis))};
  WireGateway again{with_admin()};
};

// All that operators see of a session but its name, which is a hash of the key and its prefix, and its end.
Json without_name(Json session) {
  for (const char* name : {"name", "expires", "last_seen"}) session.erase(name);
  return session;
}

void check_same(const Json& former, const Json& present) {
  BOOST_TEST_REQUIRE(former.size() == present.size());
  for (std::size_t i = 0; i < former.size(); ++i) {
    const auto difference = former[i].at("expires").get<int>() - present[i].at("expires").get<int>();
    BOOST_TEST(std::abs(difference) <= 1);
  }
  for (const Json& each : former) {
    const bool found = std::any_of(present.begin(), present.end(),
                                   [&](const Json& one) { return without_name(one) == without_name(each); });
    BOOST_TEST(found, to_text(each));
  }
}

std::string bytes_of(const std::string& file) { return read_file(file); }

}  // namespace

BOOST_FIXTURE_TEST_SUITE(sessions_move, Move)

BOOST_AUTO_TEST_CASE(from_memory_to_redis_and_back_nobody_is_logged_out) {
  const std::vector<std::string> people = log_in_often(memory, "alice", 3);
  const std::string bobs = memory.log_in(R"({"user":"bob","cart":[1,2.50,"\u00e4"],"z":1,"a":2})");
  const std::string visitors = memory.log_in(R"({"cart":7})");
  const std::string bob_has = get(memory, bobs).body;
  const Said out = take_out(memory, dir / "first");
  BOOST_TEST(out.status == 0);
  BOOST_TEST(out.out == "exported 5 sessions\n");
  BOOST_TEST(out.err == "");
  struct stat found {};
  BOOST_TEST_REQUIRE(::stat((dir / "first").c_str(), &found) == 0);
  BOOST_TEST((found.st_mode & 0777U) == 0600U);
  BOOST_TEST(!has(bytes_of(dir / "first"), "alice"));
  const Said in = bring_in(other, dir / "first");
  BOOST_TEST(in.status == 0);
  BOOST_TEST(in.out == "5 sessions created\n");
  check_same(listed(memory, "alice"), listed(other, "alice"));
  check_same(listed(memory, "bob"), listed(other, "bob"));
  // And back, by a pipe.
  const Said piped = run_program(
      {"sh", "-c",
       R"("$1" sessions export --plain --config "$2" | "$1" sessions import - --config "$3" --json)", "sh",
       session::test::gateway_binary(), other.config_file(), again.config_file()});
  BOOST_TEST(piped.status == 0);
  BOOST_TEST(Json::parse(piped.out).at("created") == 5);
  BOOST_TEST(piped.err == "exported 5 sessions\n");
  check_same(listed(memory, "alice"), listed(again, "alice"));
  for (const WireGateway* at : {&other, &again}) {
    for (const std::string& cookie : people) BOOST_TEST(status(*at, cookie) == 200);
    BOOST_TEST(get(*at, bobs).body == bob_has);
    BOOST_TEST(status(*at, visitors) == 200);
    BOOST_TEST(sessions(*at, {"end", "--subject", "alice"}).out == "ended 3 sessions\n");
    for (const std::string& cookie : people) BOOST_TEST(status(*at, cookie) == 401);
    BOOST_TEST(status(*at, bobs) == 200);
  }
}

BOOST_AUTO_TEST_CASE(an_import_that_is_repeated_changes_nothing_and_brings_nothing_back) {
  const std::vector<std::string> cookies = log_in_often(memory, "alice", 20);
  (void)take_out(memory, dir / "file");
  for (const WireGateway* at : {&other, &again}) {
    BOOST_TEST(bring_in(*at, dir / "file").out == "20 sessions created\n");
    BOOST_TEST(sessions(*at, {"end", "--subject", "alice"}).status == 0);
    const Said second = bring_in(*at, dir / "file");
    BOOST_TEST(second.status == 0);
    BOOST_TEST(second.out == "0 sessions created, 20 were there\n");
    BOOST_TEST(status(*at, cookies[0]) == 401);
  }
}

BOOST_AUTO_TEST_CASE(the_newer_session_at_the_target_wins) {
  const std::string cookie = memory.log_in(R"({"user":"alice","cart":1})");
  (void)take_out(memory, dir / "first");
  BOOST_TEST(bring_in(other, dir / "first").status == 0);
  Peer peer = other.unix_peer();
  const Pairs set =
      asking("session", "POST", {{"GATEWAY_ALLOW", "set"}, {"HTTP_COOKIE", "session=" + cookie}});
  BOOST_TEST(peer.ask(request(1, set, R"({"set":{"cart":2}})")).status == 200);
  (void)take_out(memory, dir / "second");
  BOOST_TEST(bring_in(other, dir / "second").out == "0 sessions created, 1 were there\n");
  BOOST_TEST(Json::parse(get(other, cookie).body).at("cart") == 2);
}

BOOST_AUTO_TEST_CASE(a_file_that_is_not_as_it_was_written_is_said_to_be_so) {
  (void)log_in_often(memory, "alice", 3);
  (void)take_out(memory, dir / "sealed");
  BOOST_TEST(sessions(memory, {"export", "--plain", "-o", dir / "plain"}).status == 0);
  const std::string sealed = bytes_of(dir / "sealed");
  const std::string plain = bytes_of(dir / "plain");
  std::string changed = sealed;
  changed[changed.size() - 40] = static_cast<char>(changed[changed.size() - 40] ^ 1);
  write_file(dir / "changed", changed);
  write_file(dir / "short", sealed.substr(0, sealed.size() - 1));
  write_file(dir / "wrong", "another passphrase of the tests\n");
  write_file(dir / "empty", "");
  write_file(dir / "no line", plain.substr(0, plain.rfind("{\"end\"")));
  write_file(dir / "half a line", plain.substr(0, plain.size() - 1));
  write_file(dir / "fewer", plain.substr(0, plain.find('\n') + 1) + plain.substr(plain.rfind("{\"end\"")));
  write_file(dir / "more", plain + "{}\n");
  write_file(dir / "text", "text\n");
  write_file(dir / "deep", plain.substr(0, plain.find('\n') + 1) + std::string(100'000, '[') + "\n");
  write_file(dir / "huge", plain.substr(0, plain.find('\n') + 1) + std::string((std::size_t{49} << 20), 'x'));
  const auto import = [&](const std::string& file, const std::string& secret) {
    std::vector<std::string> arguments = {"import", dir / file};
    if (!secret.empty()) arguments.insert(arguments.end(), {"--passphrase-file", dir / secret});
    return sessions(other, arguments);
  };
  const std::vector<std::vector<std::string>> cases = {
      {"changed", "passphrase", "is cut short, or damaged"},
      {"short", "passphrase", "is cut short, or damaged"},
      {"sealed", "wrong", "is not opened by this passphrase"},
      {"empty", "", "is empty"},
      {"text", "", "is no export"},
      {"plain", "passphrase", "is not sealed"},
      {"fewer", "", "records are missing"},
      {"deep", "", "is damaged in line 2"},
      {"huge", "", "a line of more than 48 MiB"},
      {"no such file", "", "can't read"}};
  for (const auto& each : cases) {
    const Said said = import(each[0], each[1]);
    BOOST_TEST(said.status == 1, each[0]);
    BOOST_TEST(has(said.err, each[2]), said.err);
    BOOST_TEST(said.out == "");
  }
  BOOST_TEST(sessions(other, {"count"}).out == "0\n");
  const Said closed = import("sealed", "");
  BOOST_TEST(closed.status == 2);
  BOOST_TEST(has(closed.err, "--passphrase-file"));
  // What came before the damage is there, and the rest of the whole file comes in later.
  for (const auto& [file, text] : {std::pair{"no line", "its last line is missing"},
                                   {"half a line", "its last line has no end"},
                                   {"more", "goes on behind its end"}}) {
    const Said said = import(file, "");
    BOOST_TEST(said.status == 1);
    BOOST_TEST(has(said.err, text), said.err);
  }
  BOOST_TEST(sessions(other, {"count"}).out == "3\n");
}

BOOST_AUTO_TEST_CASE(an_export_says_what_it_needs_and_overwrites_nothing) {
  (void)log_in_often(memory, "alice", 1);
  BOOST_TEST(sessions(memory, {"export", "-o", dir / "a"}).status == 2);
  BOOST_TEST(sessions(memory, {"export", "--plain", "--passphrase-file", passphrase}).status == 2);
  BOOST_TEST(sessions(memory, {"import"}).status == 2);
  write_file(dir / "short", "short\n");
  write_file(dir / "none", "\n");
  for (const auto& [file, text] : {std::pair{"short", "at least 12 bytes"},
                                   {"none", "is empty"},
                                   {"nowhere", "can't read the passphrase"}}) {
    const Said said = sessions(memory, {"export", "--passphrase-file", dir / file, "-o", dir / "a"});
    BOOST_TEST(said.status == 1);
    BOOST_TEST(has(said.err, text), said.err);
  }
  std::filesystem::permissions(dir / "short", std::filesystem::perms::all);
  BOOST_TEST(has(sessions(memory, {"export", "--passphrase-file", dir / "short", "-o", dir / "a"}).err,
                 "every user of this machine can use this file"));
  write_file(dir / "there", "text");
  const Said there = take_out(memory, dir / "there");
  BOOST_TEST(there.status == 1);
  BOOST_TEST(has(there.err, "never overwrites"));
  BOOST_TEST(bytes_of(dir / "there") == "text");
  write_file((dir / "a") + ".partial", "");
  BOOST_TEST(has(take_out(memory, dir / "a").err, "another export is under way"));
  BOOST_TEST(!std::filesystem::exists(dir / "a"));
  BOOST_TEST(take_out(memory, dir / "no such directory/a").status == 1);
}

BOOST_AUTO_TEST_CASE(a_gateway_with_other_secrets_takes_none) {
  (void)log_in_often(memory, "alice", 2);
  (void)take_out(memory, dir / "file");
  other.reconfigure("salt of the wire tests", "another salt of the tests");
  (void)other.reload();
  const Said said = bring_in(other, dir / "file");
  BOOST_TEST(said.status == 4);
  BOOST_TEST(has(said.err, "salt"), said.err);
  BOOST_TEST(sessions(other, {"count"}).out == "0\n");
}

BOOST_AUTO_TEST_CASE(a_gateway_or_a_store_that_is_gone_leaves_no_file_that_looks_whole) {
  (void)log_in_often(other, "alice", 3);
  (void)take_out(other, dir / "whole");
  (void)redis.stop();
  const Said out = take_out(other, dir / "file");
  BOOST_TEST(out.status == 4);
  BOOST_TEST(has(out.err, "nothing is exported"));
  const Said in = bring_in(other, dir / "whole");
  BOOST_TEST(in.status == 4);
  BOOST_TEST(has(in.err, "the import is incomplete"));
  const Said nobody = run_gateway_command({"sessions", "export", "--passphrase-file", passphrase, "-o",
                                           dir / "file", "--socket", dir / "nobody.sock"});
  BOOST_TEST(nobody.status == 3);
  for (const std::string& file : {dir / "file", (dir / "file") + ".partial"})
    BOOST_TEST(!std::filesystem::exists(file));
}

// It has had one page of two when the signal comes, or none.
BOOST_AUTO_TEST_CASE(an_export_that_is_interrupted_leaves_no_file) {
  const std::string page = R"({"records":[],"sessions":{},"unreadable":0,"cursor":"00"})";
  Impostor gateway(dir / "admin.sock",
                   "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(page.size()) + "\r\n\r\n" + page);
  session::test::Process command(
      {session::test::gateway_binary(), "sessions", "export", "--plain", "--output", dir / "file", "--socket",
       dir / "admin.sock", "--timeout", "1s"},
      dir / "log");
  wait_until("the export to begin", [&] { return std::filesystem::exists((dir / "file") + ".partial"); });
  command.signal(SIGINT);
  BOOST_TEST(command.wait() == 1);
  BOOST_TEST(has(read_file(dir / "log"), "interrupted\nnothing is exported"));
  for (const std::string& file : {dir / "file", (dir / "file") + ".partial"})
    BOOST_TEST(!std::filesystem::exists(file));
}

BOOST_AUTO_TEST_CASE(the_audit_says_who_took_the_sessions_and_where_they_came_in) {
  (void)log_in_often(memory, "alice", 3);
  (void)take_out(memory, dir / "file");
  BOOST_TEST(bring_in(again, dir / "file").status == 0);
  memory.wait_for_log("audit exported by=uid:");
  memory.wait_for_log("endpoint=admin sessions=3");
  again.wait_for_log("audit imported by=uid:");
  again.wait_for_log("endpoint=admin sessions=3");
}

// Each session that is there from the beginning to the end is exported, and each opens.
BOOST_AUTO_TEST_CASE(an_export_while_sessions_come_and_go_misses_none) {
  const std::vector<std::string> stay = log_in_often(other, "alice", 1'000);
  std::atomic<bool> done = false;
  std::thread others([&] {
    while (!done) {
      (void)log_in_often(other, "bob", 50);
      (void)sessions(other, {"end", "--subject", "bob"});
    }
  });
  for (const char* file : {"first", "second"}) BOOST_TEST(take_out(other, dir / file).status == 0);
  done = true;
  others.join();
  BOOST_TEST(bring_in(again, dir / "first").status == 0);
  BOOST_TEST(listed(again, "alice").size() == 1'000u);
  for (const std::string& cookie : stay) BOOST_TEST_REQUIRE(status(again, cookie) == 200);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway::test
