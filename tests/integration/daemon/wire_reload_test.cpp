#include <signal.h>

#include <atomic>
#include <thread>

#include <boost/test/unit_test.hpp>

#include "tests/support/daemon/wire_gateway.h"
#include "tests/support/places.h"

// Reloads of a running gateway: all or nothing, and nobody is logged out.

namespace session::gateway::test {
namespace {

constexpr const char* kFirst = "{ id: k1, value: 'the first key of all the wire tests' }";
constexpr const char* kSecond = "{ id: k2, value: 'the second key of all the wire tests' }";

bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::string keys(const std::string& list) { return "keys: [" + list + "]"; }

Answer check(Peer& peer, const std::string& cookie, const Pairs& more = {}) {
  Pairs params = more;
  params.emplace_back("HTTP_COOKIE", "session=" + cookie);
  return peer.ask(request(1, asking("auth", "GET", params)));
}

int status(const WireGateway& gateway, const std::string& cookie, const Pairs& more = {}) {
  Peer peer = gateway.unix_peer();
  return check(peer, cookie, more).status;
}

// Fails a reload with this in the configuration, and says what was logged.
std::string refused(const WireGateway& gateway, const std::string& what, const std::string& with) {
  const std::string before = read_file(gateway.config_file());
  gateway.reconfigure(what, with);
  const std::string said = gateway.reload();
  BOOST_TEST(says(said, "reload failed: generation 1 of the configuration stays in use"));
  write_file(gateway.config_file(), before);
  return said;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(wire_reload)

BOOST_AUTO_TEST_CASE(a_key_is_added_made_first_and_dropped_while_connections_stay_open) {
  const WireGateway gateway;
  const std::string old_cookie = gateway.log_in(R"({"user":"alice"})");
  std::vector<Peer> kept = gateway.peers();
  for (Peer& peer : kept) BOOST_TEST(check(peer, old_cookie).status == 204);

  gateway.reconfigure(keys(kFirst).substr(6), std::string("[") + kFirst + ", " + kSecond + "]");
  BOOST_TEST(says(gateway.reload(), "generation 2 of the configuration is in use"));
  for (Peer& peer : kept) BOOST_TEST(check(peer, old_cookie).cookie().empty());

  gateway.reconfigure(std::string(kFirst) + ", " + kSecond, std::string(kSecond) + ", " + kFirst);
  (void)gateway.reload();
  std::string new_cookie;
  for (Peer& peer : kept) {
    const Answer answer = check(peer, old_cookie);
    BOOST_TEST(answer.status == 204);
    new_cookie = answer.cookie();
    BOOST_TEST(new_cookie.starts_with("v1.k2."));
  }

  gateway.reconfigure(std::string(kSecond) + ", " + kFirst, kSecond);
  BOOST_TEST(says(gateway.reload(), "reload: key k1 is gone: cookies under it are refused from now on"));
  for (Peer& peer : kept) {
    BOOST_TEST(check(peer, new_cookie).status == 204);
    BOOST_TEST(check(peer, old_cookie).header("X-Session-Reason") == "bad-signature");
  }
}

BOOST_AUTO_TEST_CASE(rules_identity_and_timeouts_change_with_a_reload) {
  const WireGateway gateway;
  const std::string cookie = gateway.log_in(R"({"user":"alice","team":"blue"})");
  BOOST_TEST(status(gateway, cookie, {{"GATEWAY_REQUIRE", "blue"}}) == 403);
  gateway.reconfigure("workers: 2\n",
                      "workers: 2\nrules: { blue: { /team: { equals: blue } } }\n"
                      "identity: { headers: { X-Team: /team } }\nsession: { max_bytes: 1KiB }\n");
  (void)gateway.reload();
  BOOST_TEST(status(gateway, cookie, {{"GATEWAY_REQUIRE", "blue"}}) == 204);
  Peer peer = gateway.tcp_peer();
  const Answer answer = check(peer, cookie);
  BOOST_TEST(answer.header("X-Team") == "blue");
  BOOST_TEST(answer.header("X-Auth-Request-User").empty());
  const std::string large = R"({"set":{"text":")" + std::string(2000, 'x') + "\"}}";
  const Answer refused_write = peer.ask(request(
      1, asking("session", "POST", {{"GATEWAY_ALLOW", "set"}, {"HTTP_COOKIE", "session=" + cookie}}), large));
  BOOST_TEST(refused_write.status == 413);
}

BOOST_AUTO_TEST_CASE(every_problem_is_logged_with_its_line_and_the_old_configuration_goes_on) {
  const WireGateway gateway;
  const std::string cookie = gateway.log_in(R"({"user":"alice"})");
  const std::string said =
      refused(gateway, "workers: 2\n",
              "workers: 2\nlimits: { conections: 5 }\nrules: { r: { user: { equals: 1 } } }\n");
  BOOST_TEST(says(said, "gateway.yaml:8: limits.conections: unknown key; did you mean connections?"));
  BOOST_TEST(says(said, "gateway.yaml:9: rules.r."));
  BOOST_TEST(says(refused(gateway, "workers: 2\n", "workers: [\n"), "gateway.yaml:"));
  BOOST_TEST(status(gateway, cookie) == 204);
  BOOST_TEST(gateway.log_in(R"({"user":"bob"})").starts_with("v1.k1."));
}

BOOST_AUTO_TEST_CASE(a_missing_key_file_or_a_missing_configuration_changes_nothing) {
  const WireGateway gateway;
  const std::string cookie = gateway.log_in(R"({"user":"alice"})");
  BOOST_TEST(says(refused(gateway, kFirst, "{ id: k1, file: no-such.key }"),
                  "gateway.yaml:6: keys[0].file: can't read"));
  const std::string text = read_file(gateway.config_file());
  BOOST_REQUIRE(::unlink(gateway.config_file().c_str()) == 0);
  BOOST_TEST(says(gateway.reload(), "gateway.yaml: can't be read: "));
  write_file(gateway.config_file(), text);
  BOOST_TEST(status(gateway, cookie) == 204);
}

BOOST_AUTO_TEST_CASE(what_needs_a_restart_is_named_with_its_line_and_nothing_else_is_reloaded_either) {
  const WireGateway gateway;
  const std::string cookie = gateway.log_in(R"({"user":"alice"})");
  const std::string said = refused(gateway, "workers: 2\n",
                                   "workers: 3\nstore:\n  memory: { max_bytes: 1GiB }\n"
                                   "rules: { all: { /user: { exists: true } } }\n");
  BOOST_TEST(says(said, "gateway.yaml:7: workers: changed, which counts only after a restart"));
  BOOST_TEST(
      says(said, "gateway.yaml:9: store.memory.max_bytes: changed, which counts only after a restart"));
  BOOST_TEST(status(gateway, cookie, {{"GATEWAY_REQUIRE", "all"}}) == 403);
}

BOOST_AUTO_TEST_CASE(a_reload_after_one_that_failed_counts_and_the_metrics_say_which_was_which) {
  const WireGateway gateway;
  Peer peer = gateway.unix_peer();
  const auto told = [&](const std::string& successful, const std::string& generation) {
    const std::string metrics = peer.ask(request(1, asking("metrics"))).body;
    return says(metrics, "\nsession_gateway_config_last_reload_successful " + successful + "\n") &&
           says(metrics, "\nsession_gateway_config_generation " + generation + "\n");
  };
  BOOST_TEST(told("1", "1"));
  (void)refused(gateway, "workers: 2\n", "workers: 3\n");
  BOOST_TEST(told("0", "1"));
  BOOST_TEST(says(gateway.reload(), "generation 2 of the configuration is in use"));
  BOOST_TEST(told("1", "2"));
  (void)gateway.reload();
  BOOST_TEST(told("1", "3"));
  gateway.check_health();
}

BOOST_AUTO_TEST_CASE(sessions_of_a_process_without_keys_survive_a_reload) {
  WireGateway gateway;
  gateway.reconfigure("keys: [{ id: k1, value: 'the first key of all the wire tests' }]\n", "");
  gateway.reconfigure("salt: { value: 'salt of the wire tests' }\n", "");
  const std::string said = gateway.reload();
  BOOST_TEST(says(said, "reload: the salt is another one: all sessions from before are lost"));
  const std::string cookie = gateway.log_in(R"({"user":"alice"})");
  BOOST_TEST(says(gateway.reload(), "generation 3 of the configuration is in use"));
  BOOST_TEST(status(gateway, cookie) == 204);
}

BOOST_AUTO_TEST_CASE(without_a_file_there_is_nothing_to_reload) {
  // `serve` without a configuration listens at a fixed place, which tests keep away from; a passed socket
  // replaces it.
  const TempDir dir;
  session::test::Process process({"systemd-socket-activate", "--listen=" + (dir / "held.sock"),
                                  session::test::gateway_binary(), "serve"},
                                 dir / "log");
  wait_until("the socket", [&] { return session::test::accepts_unix(dir / "held.sock"); });
  // Before there is a server: the signal waits for it.
  wait_until("the gateway", [&] { return says(read_file(dir / "log"), "no configuration file was given"); });
  process.signal(SIGHUP);
  wait_until("the answer",
             [&] { return says(read_file(dir / "log"), "there is no configuration file to reload"); });
  process.signal(SIGTERM);
  BOOST_TEST(process.wait() == 0);
}

// Two workers, one new key that signs at once: no cookie may reach a worker that does not know its key yet.
BOOST_AUTO_TEST_CASE(no_cookie_of_a_new_key_meets_a_worker_that_does_not_know_it) {
  const WireGateway gateway;
  std::atomic<bool> stop = false;
  std::atomic<unsigned> refusals = 0;
  std::atomic<unsigned> rounds = 0;
  // One connection at each worker: what one makes the other is asked for.
  std::jthread visitor([&] {
    Peer first = gateway.unix_peer();
    Peer second = gateway.unix_peer();
    while (!stop) {
      const Answer made = first.ask(
          request(1, asking("session", "POST", {{"GATEWAY_ALLOW", "set"}}), R"({"set":{"user":"a"}})"));
      if (check(second, made.cookie()).status != 204) ++refusals;
      ++rounds;
    }
  });
  std::string current = kFirst;
  for (int i = 0; i < 40; ++i) {
    const unsigned before = rounds;
    const std::string next = "{ id: r" + std::to_string(i) + ", value: 'a key of 32 bytes and more, number " +
                             std::to_string(i) + "' }";
    gateway.reconfigure(keys(current), keys(next + ", " + current));
    (void)gateway.reload();
    wait_until("requests under the new key", [&] { return rounds > before + 3; });
    gateway.reconfigure(keys(next + ", " + current), keys(next));
    current = next;
    // The former key is dropped with the next reload, when no cookie under it is under way any more.
  }
  stop = true;
  visitor.join();
  BOOST_TEST(refusals == 0U);
  BOOST_TEST(rounds > 120U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway::test
