#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "core/json/json.h"
#include "tests/support/e2e/client.h"
#include "tests/support/e2e/process.h"
#include "tests/support/redis/redis_server.h"

namespace session::test {

// A session that an application has written.
struct PeerSession {
  std::string sid;     // as its store knows it
  std::string cookie;  // the value, as on the wire
  Json attributes;     // what it put in
};

// An application on Node.js with a session package of npm, on a Unix socket of its own:
// tests/interop/NAME/app.js, whose first lines say what options it has. Its endpoints, see
// tests/interop/application.js, work the same whatever the package. Functions throw std::runtime_error when
// there is no answer. One thread at a time. The thread that makes it must live as long as it. Its log is
// shown when the test fails.
class NodeApp {
 public:
  // Starts it, and returns when it listens. `redis` must run, and outlive it.
  NodeApp(const std::string& name, const RedisServer& redis, Json options = Json::object());
  NodeApp(const NodeApp&) = delete;
  NodeApp& operator=(const NodeApp&) = delete;
  ~NodeApp();

  // Where it listens, for clients of other threads or with cookie jars.
  [[nodiscard]] Site site() const { return {"http://node.test", dir_ / "app.sock", ""}; }
  [[nodiscard]] std::string log() const { return read_file(dir_ / "app.log"); }

  Reply get(const std::string& path, const HeaderLines& headers = {}) { return client_->get(path, headers); }
  Reply post(const std::string& path, const Json& body, HeaderLines headers = {});

  // Writes that many random sessions, by the package's own way, the same ones for the same seed: of all kinds
  // of values that JSON has. They may hold what no user name should, but strings are always Unicode.
  std::vector<PeerSession> write_random_sessions(std::size_t count, std::size_t seed = 1);
  // The attributes that the package finds for each value of a cookie; null where there is no session.
  std::vector<Json> read_sessions(const std::vector<std::string>& cookies);

 private:
  TempDir dir_;
  std::unique_ptr<Process> process_;
  std::unique_ptr<Client> client_;
};

// The line of a request's header.
[[nodiscard]] inline std::string cookie_line(const std::string& name, const std::string& value) {
  return "Cookie: " + name + "=" + value;
}

}  // namespace session::test
