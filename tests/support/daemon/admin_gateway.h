#pragma once

#include <set>
#include <string>
#include <utility>

#include "core/json/json.h"
#include "tests/support/daemon/wire_gateway.h"

namespace session::gateway::test {

// A gateway with a socket for operators, admin.sock in its directory.
[[nodiscard]] inline WireGateway::Setup with_admin(WireGateway::Setup setup = {}, bool attributes = false) {
  setup.listen += "admin:\n  unix: '@DIR@admin.sock'\n";
  if (attributes) setup.listen += "  attributes: true\n";
  return setup;
}

// Begins so many sessions of a user over one connection, and returns the values of the cookies.
[[nodiscard]] inline std::vector<std::string> log_in_often(const WireGateway& gateway,
                                                           const std::string& user, int times) {
  const Pairs params = asking("session", "POST", {{"GATEWAY_ALLOW", "set"}});
  Peer peer = gateway.unix_peer();
  std::vector<std::string> cookies;
  for (int i = 0; i < times; ++i)
    cookies.push_back(peer.ask(request(1, params, R"({"set":{"user":")" + user + R"("}})", true)).cookie());
  return cookies;
}

// One operator's connection to it.
class AdminPeer {
 public:
  explicit AdminPeer(const WireGateway& gateway) : peer_(gateway.peer_of("admin.sock")) {}

  Answer ask(const std::string& method, const std::string& target, const std::string& body = {}) {
    return peer_.ask_http(http_request(method, target, {}, body));
  }
  Json get(const std::string& target) { return Json::parse(ask("GET", target).body); }

  // The names of all sessions on all pages.
  std::set<std::string> names(const std::string& query) {
    std::set<std::string> names;
    std::string cursor;
    do {
      const Json page = get("/sessions?" + query + cursor);
      for (const Json& session : page.at("sessions")) names.insert(session.at("name").get<std::string>());
      const std::string next = page.value("cursor", "");
      cursor = next.empty() ? "" : "&cursor=" + next;
    } while (!cursor.empty());
    return names;
  }

 private:
  Peer peer_;
};

}  // namespace session::gateway::test
