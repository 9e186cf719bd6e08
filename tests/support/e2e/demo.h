#pragma once

#include <string>
#include <vector>

#include "tests/support/e2e/client.h"
#include "tests/support/e2e/process.h"

namespace session::test {

// conf/demo/run as a user starts it, on a port of its own. Its private directory is in `dir`, and its log is
// shown when the test fails.
struct Demo {
  // Returns when it runs. `options`: those of conf/demo/run. `fresh`: how long ago a login may be for
  // /account/password; empty: as conf/demo/gateway.yaml has it.
  explicit Demo(const std::vector<std::string>& options = {}, const std::string& fresh = "");
  ~Demo();
  Demo(const Demo&) = delete;
  Demo& operator=(const Demo&) = delete;

  [[nodiscard]] std::string url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(port) + path;
  }
  [[nodiscard]] Client client() const { return Client({url(""), "", ""}); }
  [[nodiscard]] Client browser() const;  // keeps cookies
  // The process that the log says how to stop: the demo's Redis. REQUIRES: the option --redis.
  [[nodiscard]] int redis_pid() const;

  static std::vector<std::string> command(const TempDir& dir, int port,
                                          const std::vector<std::string>& options = {},
                                          const std::string& fresh = "");

  TempDir dir;
  int port = free_port();
  std::string log = dir / "demo.log";
  Process run;
};

inline const HeaderLines kFormType = {"Content-Type: application/x-www-form-urlencoded"};

}  // namespace session::test
