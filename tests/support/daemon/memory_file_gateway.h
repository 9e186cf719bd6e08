#pragma once

#include <string>
#include <vector>

#include "core/json/json.h"
#include "tests/support/daemon/admin_gateway.h"
#include "tests/support/scrape.h"

namespace session::gateway::test {

// Folders of files of sessions are in memory: what is tested is the program, and not how busy the disk is.
inline constexpr auto kSessionsDir = TempDir::Where::in_memory;

[[nodiscard]] inline std::string sessions_file(const TempDir& dir) { return dir / "sessions.db"; }

// A gateway with two workers and a socket for operators that keeps its sessions in that folder. `more`:
// further keys of store.memory.
[[nodiscard]] inline WireGateway::Setup in_file(const TempDir& dir,
                                                const std::string& more = "durability: second") {
  WireGateway::Setup setup;
  setup.yaml = "workers: 2\nstore: { memory: { file: '" + sessions_file(dir) + "', " + more + " } }\n";
  return with_admin(setup);
}

// One client of a gateway, over a connection of its own.
class Visitor {
 public:
  explicit Visitor(Peer peer) : peer_(std::move(peer)) {}
  explicit Visitor(const WireGateway& gateway) : Visitor(gateway.unix_peer()) {}

  Answer ask(const std::string& endpoint, const std::string& method, const std::string& cookie,
             const std::string& body = {}) {
    Pairs params = asking(endpoint, method, {{"GATEWAY_ALLOW", "set,destroy"}});
    if (!cookie.empty()) params.emplace_back("HTTP_COOKIE", "session=" + cookie);
    return peer_.ask(request(1, params, body, true));
  }
  Answer try_log_in(const std::string& user) {
    return ask("session", "POST", "", Json{{"set", {{"user", user}, {"cart", {1, 2}}}}}.dump());
  }
  // The cookie's value.
  std::string log_in(const std::string& user = "alice") { return try_log_in(user).cookie(); }
  int log_out(const std::string& cookie) { return ask("session", "DELETE", cookie).status; }
  int check(const std::string& cookie) { return ask("auth", "GET", cookie).status; }
  Json attributes(const std::string& cookie) { return Json::parse(ask("session", "GET", cookie).body); }
  Answer ready() { return ask("ready", "GET", ""); }
  session::test::Scrape metrics() { return session::test::Scrape(ask("metrics", "GET", "").body); }

 private:
  Peer peer_;
};

// Waits until the file has everything that was changed so far.
inline void wait_until_saved(const WireGateway& gateway) {
  wait_until("the file to be written",
             [&] { return Visitor(gateway).metrics()["session_gateway_memory_file_queue_entries"] == 0; });
}

// Ends it as an operator does.
inline int stop(WireGateway& gateway) {
  gateway.signal(SIGTERM);
  return gateway.wait();
}

}  // namespace session::gateway::test
