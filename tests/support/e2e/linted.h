#pragma once

// What lint says of a site, and what the real nginx does with it.

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/e2e/support.h"
#include "tests/support/places.h"

namespace session::test {

inline constexpr const char* kRefuses = "Status: 401 Unauthorized\r\nX-Session-Reason: absent\r\n\r\n";
inline constexpr const char* kPasses = "Status: 204 No Content\r\nX-Auth-Request-User: alice\r\n\r\n";

inline constexpr const char* kHttp = R"(
    upstream session_gateway { server unix:@DIR@/gateway.sock; keepalive 8; }
    upstream app { server unix:@DIR@/application.sock; }
    include @CONF@/session-gateway-http.conf;
    server {
        listen unix:@DIR@/http.sock;
        include site.conf;
        location = /login { return 302 https://login.example/; }
    }
)";

// A site with these lines in its server.
struct Linted {
  explicit Linted(const std::string& lines) {
    const std::string conf = source_root() + "/conf/nginx";
    write_file(dir / "nginx.conf", nginx_conf(dir, replaced(kHttp, "@CONF@", conf)));
    write_file(dir / "site.conf", replaced(replaced(lines, "@DIR@", dir.path()), "@CONF@", conf));
  }
  ~Linted() {
    if (test_has_failed()) BOOST_TEST_MESSAGE("--- nginx.log\n" << read_file(dir / "nginx.log"));
  }
  // The exit status of lint; what it printed is then in `said`. Without arguments: with a configuration that
  // has a rule `admin` and else defaults, whatever there is in /etc.
  int lint(std::vector<std::string> arguments = {}) {
    write_file(dir / "defaults.yaml",
               "rules: { admin: { /groups: { contains: admin } }, recent: { authenticated_within: 1m } }\n");
    if (arguments.empty()) arguments = {"--config", dir / "defaults.yaml"};
    return run(std::move(arguments));
  }
  int run(std::vector<std::string> arguments) {
    std::filesystem::remove(dir / "lint.log");
    arguments.insert(arguments.begin(), {gateway_binary(), "lint", dir / "nginx.conf"});
    const int status = Process(arguments, dir / "lint.log").wait();
    said = replaced(read_file(dir / "lint.log"), dir.path() + "/", "");
    return status;
  }
  [[nodiscard]] bool says(const std::string& text) const { return said.find(text) != std::string::npos; }
  Client start() {
    nginx = std::make_unique<Process>(nginx_command(dir), dir / "nginx.log");
    wait_until("nginx to listen", [this] { return accepts_unix(dir / "http.sock"); });
    return Client({"http://gateway.test", dir / "http.sock", ""});
  }

  TempDir dir;
  Application application{dir / "application.sock"};
  std::string said;
  std::unique_ptr<Process> nginx;
};

inline const HeaderLines kForged = {"X-Auth-Request-User: eve"};

// nginx knows the variables of the files only where this one is included somewhere.
inline const std::string kOther =
    "\nlocation /other/ { include @CONF@/session-gateway-protect.conf; proxy_pass http://app; }";

inline const std::string kServer = "include @CONF@/session-gateway-server.conf;\n";

}  // namespace session::test
