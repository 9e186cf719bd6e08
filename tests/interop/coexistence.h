#pragma once

#include <string>
#include <vector>

#include "core/json/json.h"
#include "tests/interop/node_app.h"
#include "tests/support/daemon/wire_redis.h"

namespace session::gateway::test {

using session::test::cookie_line;
using session::test::HeaderLines;
using session::test::NodeApp;
using session::test::PeerSession;
using session::test::RedisServer;
using session::test::Reply;

// A gateway process on that Redis, asked as nginx would, always over one connection. `cookies`: the Cookie
// header; empty: none comes.
class Beside {
 public:
  // `yaml`: the dialect, and what else the configuration says. `store`: further keys of store.redis.
  Beside(const RedisServer& redis, const std::string& yaml, const std::string& cookie = kWireCookie,
         const std::string& store = "deadline: 2s")
      : gateway_(setup(on(redis, store), yaml, cookie)), peer_(gateway_.unix_peer()) {}

  Answer auth(const std::string& cookies) { return peer_.ask(asked("auth", "GET", cookies)); }
  Answer read(const std::string& cookies) { return peer_.ask(asked("session", "GET", cookies)); }
  Answer act(const std::string& cookies, const Json& actions) {
    return peer_.ask(asked("session", "POST", cookies, actions.dump()));
  }
  Answer set(const std::string& cookies, const Json& attributes) {
    return act(cookies, {{"set", attributes}});
  }
  Answer end(const std::string& cookies) { return peer_.ask(asked("session", "DELETE", cookies)); }

  // Whether the store takes writes, by its own word.
  bool ready() { return peer_.ask(asked("ready", "GET", "")).status == 200; }
  // The session's attributes; null where there is none.
  Json attributes(const std::string& cookies) {
    const Answer answer = read(cookies);
    return answer.status == 200 ? Json::parse(answer.body) : Json();
  }
  // As "204", or with the reason: "401 unknown".
  std::string verdict(const std::string& cookies) { return verdict_of(auth(cookies)); }

  [[nodiscard]] static std::string verdict_of(const Answer& answer) {
    const std::string reason = answer.header("X-Session-Reason");
    return std::to_string(answer.status) + (reason.empty() ? "" : " " + reason);
  }
  // A request, for connections of the test's own.
  [[nodiscard]] static std::string asked(const std::string& endpoint, const std::string& method,
                                         const std::string& cookies, const std::string& body = "") {
    Pairs more = {{"GATEWAY_ALLOW", "set,unset,destroy,regenerate"}};
    if (!cookies.empty()) more.emplace_back("HTTP_COOKIE", cookies);
    return request(1, asking(endpoint, method, more), body);
  }
  [[nodiscard]] std::vector<Peer> connections(std::size_t count) const {
    std::vector<Peer> peers;
    while (peers.size() < count) peers.push_back(gateway_.unix_peer());
    return peers;
  }
  [[nodiscard]] std::string log() const { return gateway_.log(); }

 private:
  static WireGateway::Setup setup(WireGateway::Setup made, const std::string& yaml,
                                  const std::string& cookie) {
    made.yaml += yaml;
    made.cookie = cookie;
    return made;
  }

  WireGateway gateway_;
  Peer peer_;
};

// The Node side's requests, by Cookie header too.
[[nodiscard]] inline HeaderLines with(const std::string& cookies) {
  return cookies.empty() ? HeaderLines{} : HeaderLines{"Cookie: " + cookies};
}
[[nodiscard]] inline Json attributes_at(NodeApp& node, const std::string& cookies) {
  const Reply reply = node.get("/session", with(cookies));
  return reply.status == 200 ? reply.json() : Json();
}

// Either way of getting a cookie, as the header that brings it back.
[[nodiscard]] inline std::string brought_back(const Reply& reply, const std::string& name = "session") {
  const std::string value = reply.cookie(name);
  return value.empty() ? "" : name + "=" + value;
}
[[nodiscard]] inline std::string brought_back(const Answer& answer) {
  const std::string line = answer.header("Set-Cookie");
  return line.substr(0, line.find(';'));
}

// An application with express-session and connect-redis, and the gateway beside it.
struct ExpressSite {
  explicit ExpressSite(const Json& session = Json::object(), const Json& store = Json::object(),
                       const std::string& express = "secrets: [{ value: 'keyboard cat' }]",
                       const std::string& more = "")
      : node("express", redis, {{"session", named(session)}, {"store", store}}),
        gateway(redis, "dialect: express\nexpress: { " + express + " }\n" + more) {}

  // A session that Node begins; of that id (URL-encoded), if one is given.
  std::string node_login(const Json& attributes, const std::string& sid = "") {
    HeaderLines headers;
    if (!sid.empty()) headers.push_back("X-New-Sid: " + sid);
    return brought_back(node.post("/set", attributes, headers));
  }
  std::string stored(const std::string& sid) { return redis.tell({"GET", "sess:" + sid}).text; }
  long long milliseconds_left(const std::string& sid) { return redis.tell({"PTTL", "sess:" + sid}).integer; }

  static Json named(Json session) {
    session["name"] = "session";
    return session;
  }

  RedisServer redis;
  NodeApp node;
  Beside gateway;
};

// The same with session-store.
struct SessionStoreSite {
  explicit SessionStoreSite(const std::string& more = "")
      : node("session-store", redis,
             {{"session", {{"cookieKey", "session"}, {"salt", "salt of the wire tests"}}}}),
        gateway(redis, "dialect: session-store\n" + more) {}

  std::string node_login(const Json& attributes) { return brought_back(node.post("/set", attributes)); }
  // Where the package keeps the session.
  std::string key_of(const std::string& cookies) {
    return node.get("/raw", with(cookies)).json()["id"].get<std::string>();
  }
  std::string stored(const std::string& cookies) { return redis.tell({"GET", key_of(cookies)}).text; }

  RedisServer redis;
  NodeApp node;
  Beside gateway;
};

}  // namespace session::gateway::test
