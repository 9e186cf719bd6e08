// The recipe of docs/run.md by which a site moves its sessions to another store, as it is written there, with
// the real nginx, the real gateway and a real Redis: to Redis and back to memory.

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <memory>
#include <stdexcept>

#include <boost/test/unit_test.hpp>

#include "tests/support/e2e/support.h"
#include "tests/support/places.h"
#include "tests/support/program.h"
#include "tests/support/redis/redis_server.h"

namespace session::test {
namespace {

constexpr const char* kPage = "docs/run.md";

constexpr const char* kGateway = R"(listen:
  - unix: @DIR@/gateway.sock
admin: { unix: @DIR@/admin.sock }
cookie: { name: session, secure: false }
salt: { value: "salt of the end-to-end tests" }
keys: [{ id: k1, value: 'the first key of the end-to-end tests' }]
store: @STORE@
)";

constexpr const char* kHttp = R"(
    include session-gateway-upstream.conf;
    include session-gateway-http.conf;
    server {
        listen unix:@DIR@/http.sock;
        @PAUSE@
        include session-gateway-server.conf;
        location = /session { fastcgi_param GATEWAY_ALLOW set; include session-gateway-session.conf; }
    }
)";

// What the commands of the recipe are here. The gateway is restarted by the test, which systemctl asks to.
constexpr const char* kSystemctl = R"(#!/bin/sh
[ "$*" = "restart session-gateway" ] || exit 1
echo restart > '@DIR@/asked'
read -r done < '@DIR@/done'
)";
constexpr const char* kCommand = R"(#!/bin/sh
case "$1 $2" in
  "sessions export" | "sessions import") exec '@GATEWAY@' "$@" --config '@DIR@/gateway.yaml' ;;
esac
exec '@GATEWAY@' "$@"
)";

struct MovingSite {
  MovingSite() {
    for (const auto& [name, text] : {std::pair{"systemctl", kSystemctl}, {"session-gateway", kCommand}}) {
      write_file(dir / name, replaced(here(text), "@GATEWAY@", gateway_binary()));
      std::filesystem::permissions(dir / name, std::filesystem::perms::owner_all);
    }
    for (const char* name : {"asked", "done"}) {
      if (::mkfifo((dir / name).c_str(), 0600) != 0) throw std::runtime_error("mkfifo");
    }
    write_file(dir / "gateway.yaml", configuration(kMemoryStore));
    start_gateway();
    BOOST_TEST_REQUIRE(
        run_gateway_command({"nginx", "--config", dir / "gateway.yaml", "--output", dir.path()}).status == 0);
    write_file(dir / "nginx.conf", nginx_conf(dir, replaced(kHttp, "@PAUSE@", pause_line())));
    nginx = std::make_unique<Process>(nginx_command(dir), dir / "nginx.log");
    wait_until("nginx to listen", [this] { return accepts_unix(dir / "http.sock"); });
  }
  ~MovingSite() {
    if (!test_has_failed()) return;
    for (const char* name : {"gateway", "nginx"})
      BOOST_TEST_MESSAGE("--- " << name << ".log\n" << read_file(dir / (std::string(name) + ".log")));
  }

  [[nodiscard]] std::string here(const std::string& text) const {
    return replaced(text, "@DIR@", dir.path());
  }
  [[nodiscard]] std::string configuration(const std::string& store) const {
    return here(replaced(kGateway, "@STORE@", store));
  }
  // The paths of the page are the test's own, and nobody waits for an application that there is not.
  [[nodiscard]] std::string of_page(std::string text) const {
    text = replaced(std::move(text), "/run/session-gateway-moving", dir / "moving");
    text = replaced(std::move(text), "/etc/session-gateway/gateway.yaml", dir / "gateway.yaml");
    text = replaced(std::move(text), "sleep 5", ":");
    return replaced(std::move(text), "/root/", dir.path() + "/");
  }
  [[nodiscard]] std::string pause_line() const {
    const std::string page = read_file(source_root() + "/" + kPage);
    const auto begin = page.find("if (-f /run/session-gateway-moving)");
    return of_page(page.substr(begin, page.find('\n', begin) - begin));
  }

  void start_gateway() {
    gateway.reset();
    gateway = std::make_unique<Process>(
        std::vector<std::string>{gateway_binary(), "serve", "--config", dir / "gateway.yaml"},
        dir / "gateway.log");
    wait_until("the gateway to listen",
               [this] { return accepts_unix(dir / "gateway.sock") && accepts_unix(dir / "admin.sock"); });
  }
  // Runs the block of the page that has this text in it.
  void run(const std::string& text, bool restarts = false) {
    // A block of a list is indented.
    const std::string page = read_file(source_root() + "/" + kPage);
    const auto at = page.find(text);
    if (at == std::string::npos) throw std::runtime_error("no block with " + text);
    const auto begin = page.rfind("```sh\n", at) + 6;
    const std::string script = of_page(page.substr(begin, page.find("```", at) - begin));
    auto said = std::async(std::launch::async, [&] {
      return run_program({"sh", "-ec", "PATH='" + dir.path() + "':$PATH\n" + script});
    });
    if (restarts) {
      std::string asked;
      std::ifstream(dir / "asked") >> asked;
      gateway->signal(15);
      BOOST_TEST(gateway->wait() == 0);
      start_gateway();
      std::ofstream(dir / "done") << "done\n";
    }
    const Said done = said.get();
    BOOST_TEST(done.status == 0, script << done.out << done.err);
    output += done.out;
  }
  void move_to(const std::string& store) {
    write_file(dir / "new-gateway.yaml", configuration(store));
    run("key new > /root/passphrase");
    run("touch /run/session-gateway-moving");
    for (const std::string& cookie : cookies) {
      const Reply paused = http().get("/session", {"Cookie: session=" + cookie});
      BOOST_TEST(paused.status == 503);
      BOOST_TEST(!paused.has("set-cookie"));
    }
    run("sessions export --passphrase-file", true);
    run("rm /run/session-gateway-moving");
    BOOST_TEST(!std::filesystem::exists(dir / "sessions"));
  }
  [[nodiscard]] Client http() const { return Client({"http://gateway.test", dir / "http.sock", ""}); }
  void log_in(int people) {
    Client client = http();
    for (int i = 0; i < people; ++i) {
      const std::string body =
          R"({"set":{"user":"user)" + std::to_string(i % 5) + R"(","n":)" + std::to_string(i) + "}}";
      const Reply reply = client.post("/session", body, {"Content-Type: application/json"});
      cookies.push_back(reply.cookie("session"));
      bodies.push_back(reply.body);
    }
  }
  void check_that_nobody_is_logged_out() {
    Client client = http();
    for (std::size_t i = 0; i < cookies.size(); ++i) {
      const Reply reply = client.get("/session", {"Cookie: session=" + cookies[i]});
      BOOST_TEST(reply.status == 200);
      BOOST_TEST(reply.body == bodies[i]);
    }
  }

  TempDir dir;
  RedisServer redis;
  std::unique_ptr<Process> gateway;
  std::unique_ptr<Process> nginx;
  std::vector<std::string> cookies, bodies;
  std::string output;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(moving_stores, MovingSite)

BOOST_AUTO_TEST_CASE(by_the_recipe_nobody_is_logged_out_to_redis_and_back) {
  log_in(30);
  move_to("{ type: redis, redis: { url: 'unix://" + redis.unix_address().path + "' } }");
  BOOST_TEST(output.find("30 sessions created") != std::string::npos);
  check_that_nobody_is_logged_out();
  log_in(5);
  move_to(kMemoryStore);
  BOOST_TEST(output.find("35 sessions created") != std::string::npos);
  check_that_nobody_is_logged_out();
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
