// README.md's quick start, word for word: its commands, its gateway.yaml and its lines for nginx, with the
// real nginx as Debian runs it. Only the paths are the test's own.

#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <memory>
#include <stdexcept>

#include <boost/test/unit_test.hpp>

#include "tests/support/e2e/support.h"
#include "tests/support/places.h"

namespace session::test {
namespace {

// The first block of that language below a heading of README.md.
std::string block(const std::string& heading, const std::string& language) {
  const std::string text = read_file(source_root() + "/README.md");
  const std::string fence = "```" + language + "\n";
  const auto from = text.find("\n## " + heading + "\n");
  const auto begin = from == text.npos ? text.npos : text.find(fence, from);
  if (begin == text.npos) throw std::runtime_error("README.md has no " + language + " below " + heading);
  const auto code = begin + fence.size();
  return text.substr(code, text.find("```", code) - code);
}

// The line that serves, which does not end by itself.
std::string serving_line(const std::string& commands) {
  const auto at = commands.rfind("\nsession-gateway serve ");
  BOOST_REQUIRE_MESSAGE(at != commands.npos, "the quick start does not serve");
  return commands.substr(at + 1, commands.find('\n', at + 1) - at - 1);
}

// A machine on which somebody follows the quick start.
struct QuickStart {
  QuickStart() {
    std::filesystem::create_directory(dir / "nginx");
    BOOST_REQUIRE(::chmod(dir.path().c_str(), 0755) == 0);
    application.answers([](const AppRequest& request) -> std::string {
      if (request.target == "/login") {
        return "200 OK\r\nX-Accel-Redirect: /_session/commit\r\nX-Session-Set: {\"user\":\"alice\"}\r\n"
               "X-Session-Location: /account/\r\nContent-Length: 0\r\n\r\n";
      }
      std::string user;
      for (const auto& [name, value] : request.headers) {
        if (name == "x-auth-request-user") user = value;
      }
      return "200 OK\r\nContent-Length: " + std::to_string(user.size()) + "\r\n\r\n" + user;
    });
  }
  ~QuickStart() {
    if (!test_has_failed()) return;
    for (const char* name : {"commands", "gateway", "nginx"})
      BOOST_TEST_MESSAGE("--- " << name << ".log\n" << read_file(dir / (std::string(name) + ".log")));
  }

  // With the test's own places. Only root can give a socket to another group, and run nginx's workers as
  // www-data.
  [[nodiscard]] std::string here(std::string text) const {
    text = replaced(text, "/run/session-gateway", dir / "run");
    text = replaced(text, "/etc/nginx", dir / "nginx");
    text = replaced(text, "http://127.0.0.1:3000", "http://unix:" + dir.path() + "/application.sock");
    // The certificate and the port are the reader's; the test comes by a socket of its own.
    text = replaced(text, "listen 443 ssl;", "");
    text = replaced(text, "server {\n", "server {\n        listen unix:" + dir.path() + "/http.sock;\n");
    return ::geteuid() == 0 ? text : replaced(text, "www-data", "\"" + std::to_string(::getegid()) + "\"");
  }

  [[nodiscard]] std::vector<std::string> shell(const std::string& script) const {
    const std::string folder = std::filesystem::path(gateway_binary()).parent_path().string();
    return {"sh", "-c", "set -e; cd '" + dir.path() + "'; PATH='" + folder + "':$PATH; " + script};
  }

  void follow(const std::string& commands) {
    const std::string serve = serving_line(commands);
    BOOST_REQUIRE(Process(shell(replaced(commands, serve, "")), dir / "commands.log").wait() == 0);
    gateway = std::make_unique<Process>(shell("exec " + serve), dir / "gateway.log");
    wait_until("the gateway to listen", [this] { return accepts_unix(dir / "run/gateway.sock"); });
  }

  Client start_nginx(const std::string& lines) {
    const std::string user = ::geteuid() == 0 ? "user www-data;\n" : "";
    const auto temporary = [this](const std::string& name) {
      return name + "_temp_path " + (dir / name) + ";\n";
    };
    std::string paths = "access_log off;\n";
    for (const char* name : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"}) paths += temporary(name);
    write_file(dir / "nginx/nginx.conf", user + "daemon off;\npid " + (dir / "nginx.pid") + ";\nevents {}\n" +
                                             replaced(lines, "http {\n", "http {\n" + paths));
    nginx =
        std::make_unique<Process>(std::vector<std::string>{nginx_binary(), "-p", dir.path(), "-e",
                                                           dir / "nginx.log", "-c", dir / "nginx/nginx.conf"},
                                  dir / "nginx.out");
    wait_until("nginx to listen", [this] { return accepts_unix(dir / "http.sock"); });
    BOOST_REQUIRE(::chmod((dir / "application.sock").c_str(), 0666) == 0);
    return Client({"http://gateway.test", dir / "http.sock", ""});
  }

  TempDir dir;
  Application application{dir / "application.sock"};
  std::unique_ptr<Process> gateway;
  std::unique_ptr<Process> nginx;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(quick_start)

BOOST_AUTO_TEST_CASE(whoever_follows_the_readme_has_a_protected_location_and_a_login_behind_debians_nginx) {
  QuickStart machine;
  machine.follow(machine.here(block("Use it", "sh")));
  Client client = machine.start_nginx(machine.here(block("Use it", "nginx")));

  BOOST_TEST(client.get("/account/").status != 503);
  BOOST_TEST(client.get("/account/").body != "alice");
  const Reply login = client.post("/login", "");
  BOOST_TEST(login.status == 303);
  BOOST_TEST(login.header("location") == "/account/");
  const std::string cookie = login.cookie("__Host-session");
  BOOST_TEST(cookie.starts_with("v1."));
  const Reply page = client.get("/account/", {"Cookie: __Host-session=" + cookie});
  BOOST_TEST(page.status == 200);
  BOOST_TEST(page.body == "alice");
  machine.gateway->signal(SIGTERM);
  BOOST_TEST(machine.gateway->wait() == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
