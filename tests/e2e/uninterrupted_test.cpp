// Restarts, reloads and changes of keys under as many requests as fit, through nginx and with Redis: none is
// lost.

#include <signal.h>

#include <filesystem>
#include <memory>
#include <sstream>

#include <boost/test/unit_test.hpp>

#include "tests/support/daemon/wire_gateway.h"
#include "tests/support/e2e/support.h"
#include "tests/support/held_socket.h"
#include "tests/support/places.h"
#include "tests/support/redis/redis_server.h"

namespace session::test {
namespace {

using gateway::test::WireGateway;

constexpr const char* kFirst = "{ id: k1, value: 'the first key of all the wire tests' }";
constexpr const char* kSecond = "{ id: k2, value: 'the second key of all the wire tests' }";

// wrk, with the script that judges.
class Load {
 public:
  Load(const TempDir& dir, int port, const std::string& cookie)
      : dir_(dir),
        wrk_({"wrk", "--threads", "1", "--connections", "32", "--duration", "600s", "--timeout", "10s",
              "--script", source_root() + "/tests/e2e/load.lua", "http://127.0.0.1:" + std::to_string(port),
              "--", cookie, dir / "marker"},
             dir / "wrk.log") {}

  // Waits until all that is under way carries a cookie under that key.
  void wait_for_key(const std::string& key) const {
    wait_until("cookies under " + key, [&] { return std::filesystem::exists(dir_ / ("marker." + key)); });
  }

  // Ends it, and fails the test unless every answer was right and there were that many.
  void judge(unsigned least) {
    wrk_.signal(SIGINT);
    BOOST_TEST(wrk_.wait() == 0);
    const std::string log = read_file(dir_ / "wrk.log");
    const auto verdict = log.find("requests=");
    BOOST_TEST_REQUIRE(verdict != log.npos, log);
    unsigned requests = 0;
    std::istringstream(log.substr(verdict + 9)) >> requests;
    BOOST_TEST_MESSAGE(log.substr(verdict));
    BOOST_TEST(requests >= least);
    const bool clean = log.find(" wrong=0 status=0 connect=0 read=0 write=0 timeout=0 ", verdict) != log.npos;
    BOOST_TEST(clean, log.substr(verdict));
  }

 private:
  const TempDir& dir_;
  Process wrk_;
};

// The held socket, Redis, nginx; the gateway is the test's to start.
struct LoadedSite {
  // How nginx reaches the gateway.
  enum class Over { unix_kept, tcp_kept, unix_unkept };

  explicit LoadedSite(Over over = Over::unix_kept)
      : socket(over == Over::tcp_kept ? std::make_unique<HeldSocket>()
                                      : std::make_unique<HeldSocket>(dir / "held.sock")),
        redis(RedisSetup{}),
        port(free_port()) {
    std::string conf = read_file(source_root() + "/tests/e2e/uninterrupted.conf");
    conf = replaced(conf, "@DIR@", dir.path());
    conf = replaced(conf, "@CONF@", source_root() + "/conf/nginx");
    conf = replaced(conf, "@GATEWAY@",
                    over == Over::tcp_kept ? "127.0.0.1:" + std::to_string(socket->port())
                                           : "unix:" + (dir / "held.sock"));
    conf = replaced(conf, "@KEEPALIVE@",
                    over == Over::unix_unkept ? "" : "keepalive 32; keepalive_requests 1000000;");
    write_file(dir / "nginx.conf", replaced(conf, "@PORT@", std::to_string(port)));
    nginx = std::make_unique<Process>(nginx_command(dir), dir / "nginx.out");
    wait_until("nginx", [&] { return accepts_tcp(port); });
  }
  ~LoadedSite() {
    if (test_has_failed()) BOOST_TEST_MESSAGE("--- nginx.log\n" << read_file(dir / "nginx.log"));
  }

  [[nodiscard]] WireGateway::Setup setup() const {
    WireGateway::Setup setup;
    setup.yaml =
        "workers: 2\nstore: { type: redis, redis: { url: 'unix://" + redis.unix_address().path + "' } }\n";
    setup.sockets = {socket->descriptor()};
    return setup;
  }
  // How many commands Redis has had: requests come through.
  [[nodiscard]] unsigned long commands() {
    const std::string stats = redis.ask({"INFO", "stats"}).text;
    const std::string name = "total_commands_processed:";
    return std::stoul(stats.substr(stats.find(name) + name.size()));
  }
  // Until so many more have come.
  void wait_for_commands(unsigned long more) {
    const unsigned long before = commands();
    wait_until("more requests", [&] { return commands() > before + more; });
  }
  // A new process on the held socket; the former one has ended.
  void start() { gateway = std::make_unique<WireGateway>(setup()); }
  [[nodiscard]] std::string log_in() const {
    gateway::test::Peer peer(socket->connect());
    const auto answer = peer.ask(
        gateway::test::request(1, gateway::test::asking("session", "POST", {{"GATEWAY_ALLOW", "set"}}),
                               R"({"set":{"user":"alice"}})"));
    BOOST_TEST_REQUIRE(!answer.cookie().empty());
    return answer.cookie();
  }

  TempDir dir;
  std::unique_ptr<HeldSocket> socket;
  RedisServer redis;
  int port;
  std::unique_ptr<Process> nginx;
  std::unique_ptr<WireGateway> gateway;
};

void restart_under_load(LoadedSite& site, int times) {
  site.start();
  Load load(site.dir, site.port, site.log_in());
  for (int i = 0; i < times; ++i) {
    site.wait_for_commands(2000);
    site.gateway->signal(SIGTERM);
    BOOST_TEST(site.gateway->wait() == 0);
    site.start();
  }
  site.wait_for_commands(500);
  load.judge(static_cast<unsigned>(times) * 200);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(uninterrupted)

BOOST_AUTO_TEST_CASE(twenty_restarts_with_the_socket_held_lose_no_request) {
  LoadedSite site;
  restart_under_load(site, 20);
}

BOOST_AUTO_TEST_CASE(restarts_lose_no_request_over_tcp_either) {
  LoadedSite site(LoadedSite::Over::tcp_kept);
  restart_under_load(site, 5);
}

BOOST_AUTO_TEST_CASE(restarts_lose_no_request_where_connections_are_not_kept) {
  LoadedSite site(LoadedSite::Over::unix_unkept);
  restart_under_load(site, 5);
}

// Each tenth has a mistake in it: the configuration before goes on.
BOOST_AUTO_TEST_CASE(a_hundred_reloads_lose_no_request) {
  LoadedSite site;
  site.start();
  Load load(site.dir, site.port, site.log_in());
  for (int i = 0; i < 100; ++i) {
    const std::string text = read_file(site.gateway->config_file());
    const bool broken = i % 10 == 9;
    site.gateway->reconfigure("workers: 2\n", broken ? "workers: 2\ncookies: {}\n"
                                                     : "workers: 2\nrules: { r: { /a: { equals: 1 } } }\n");
    const std::string said = site.gateway->reload();
    const bool reloaded = said.find(" of the configuration is in use") != said.npos;
    BOOST_TEST(reloaded == !broken, said);
    write_file(site.gateway->config_file(), text);
    site.wait_for_commands(50);
  }
  load.judge(3000);
}

BOOST_AUTO_TEST_CASE(a_rotation_of_keys_refuses_no_valid_cookie) {
  LoadedSite site;
  site.start();
  Load load(site.dir, site.port, site.log_in());
  const std::string both = std::string(kFirst) + ", " + kSecond;
  const std::string turned = std::string(kSecond) + ", " + kFirst;
  site.gateway->reconfigure("[" + std::string(kFirst) + "]", "[" + both + "]");
  (void)site.gateway->reload();
  site.gateway->reconfigure(both, turned);
  (void)site.gateway->reload();
  load.wait_for_key("k2");
  site.gateway->reconfigure(turned, kSecond);
  (void)site.gateway->reload();
  site.wait_for_commands(4000);
  load.judge(1000);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
