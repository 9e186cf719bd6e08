// `listen[].secret` with the real nginx and the files that `session-gateway nginx` writes: nginx is served,
// and nobody else who can open the socket.

#include <sys/stat.h>

#include <csignal>
#include <filesystem>
#include <memory>
#include <string>

#include <boost/test/unit_test.hpp>

#include "tests/support/daemon/wire_gateway.h"
#include "tests/support/e2e/support.h"
#include "tests/support/places.h"

namespace session::test {
namespace {

using gateway::test::asking;
using gateway::test::request;

const std::string kFirst = "the-first-secret-of-the-end-to-end-tests";
const std::string kSecond = "the-second-secret-of-the-end-to-end-tests";

constexpr const char* kGateway = R"(listen:
  - unix: "@DIR@/gateway.sock"
    secret: @SECRET@
cookie: { name: session, secure: false }
salt: { value: "salt of the end-to-end tests" }
keys: [{ id: k1, value: 'the first key of the end-to-end tests' }]
rules: { never: { /groups: { contains: none } } }
log: { level: debug }
)";

constexpr const char* kHttp = R"(
    include session-gateway-upstream.conf;
    include session-gateway-http.conf;
    server {
        listen unix:@DIR@/http.sock;
        include session-gateway-server.conf;
        include session-gateway-health.conf;
        location / { include session-gateway-public.conf; proxy_pass http://unix:@DIR@/application.sock; }
        location /in/ { include session-gateway-protect.conf; proxy_pass http://unix:@DIR@/application.sock; }
        location /by-fastcgi/ { include session-gateway-protect.conf; fastcgi_pass unix:@DIR@/by-fastcgi.sock; }
        location /never/ {
            set $session_require never;
            include session-gateway-protect.conf;
            proxy_pass http://unix:@DIR@/application.sock;
        }
        location = /session { fastcgi_param GATEWAY_ALLOW set,destroy; include session-gateway-session.conf; }
    }
)";

// A gateway with a secret from a file, and an nginx that sends it.
struct SecretSite {
  SecretSite() {
    write_file(dir / "nginx.secret", kFirst + "\n");
    use("{ file: nginx.secret }");
    write_file(dir / "nginx.conf", nginx_conf(dir, kHttp));
    write_nginx_files();
    gateway = std::make_unique<Process>(
        std::vector<std::string>{gateway_binary(), "serve", "--config", dir / "gateway.yaml"},
        dir / "gateway.log");
    wait_until("the gateway to listen", [this] { return accepts_unix(socket()); });
    nginx = std::make_unique<Process>(nginx_command(dir), dir / "nginx.log");
    wait_until("nginx to listen", [this] { return accepts_unix(dir / "http.sock"); });
  }
  ~SecretSite() {
    if (!test_has_failed()) return;
    for (const char* name : {"command", "gateway", "nginx"})
      BOOST_TEST_MESSAGE("--- " << name << ".log\n" << read_file(dir / (std::string(name) + ".log")));
  }

  void use(const std::string& secret) const {
    write_file(dir / "gateway.yaml", replaced(replaced(kGateway, "@DIR@", dir.path()), "@SECRET@", secret));
  }
  int run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), gateway_binary());
    std::filesystem::remove(dir / "command.log");
    return Process(arguments, dir / "command.log").wait();
  }
  void write_nginx_files() const {
    BOOST_REQUIRE(run({"nginx", "--config", dir / "gateway.yaml", "--output", dir.path()}) == 0);
  }
  void reload_gateway(const std::string& generation) const {
    gateway->signal(SIGHUP);
    wait_until("the reload", [&] {
      return read_file(dir / "gateway.log")
                 .find("generation " + generation + " of the configuration is in use") != std::string::npos;
    });
  }
  void restart_nginx() {
    nginx->signal(SIGQUIT);
    BOOST_REQUIRE(nginx->wait() == 0);
    nginx = std::make_unique<Process>(nginx_command(dir), dir / "nginx.log");
    wait_until("nginx to listen", [this] { return accepts_unix(dir / "http.sock"); });
  }

  [[nodiscard]] std::string socket() const { return dir / "gateway.sock"; }
  [[nodiscard]] Client http() const { return Client({"http://gateway.test", dir / "http.sock", ""}); }
  // The answer to somebody who has opened the socket.
  [[nodiscard]] gateway::test::Answer ask(const std::string& endpoint,
                                          const gateway::test::Pairs& more) const {
    return gateway::test::unix_peer(socket()).ask(request(1, asking(endpoint, "GET", more)));
  }

  TempDir dir;
  Application application{dir / "application.sock"};
  CannedGateway by_fastcgi{dir / "by-fastcgi.sock", "Status: 200 OK\r\n\r\nby FastCGI"};
  std::unique_ptr<Process> gateway;
  std::unique_ptr<Process> nginx;
};

// The statuses of answers, none of which may contain the first secret.
class Answers {
 public:
  void add(const Reply& reply) {
    all_ += std::to_string(reply.status) + " ";
    std::string text = reply.body;
    for (const auto& [name, value] : reply.headers) text.append(name).append(value);
    BOOST_TEST(text.find(kFirst) == std::string::npos, text);
  }
  // Whatever nginx and the gateway answer themselves, and what the application gets.
  void add_all(Client& client) {
    for (const char* path : {"/", "/in/", "/by-fastcgi/", "/never/", "/session", "/_session/health",
                             "/_session/metrics", "/_session/auth", "/in/%00"}) {
      for (const HeaderLines& headers : {HeaderLines{}, HeaderLines{"Accept: text/html"}}) {
        add(client.get(path, headers));
        add(client.post(path, "{", headers));
      }
    }
  }
  [[nodiscard]] bool contain(const std::string& status) const {
    return all_.find(status + " ") != std::string::npos;
  }

 private:
  std::string all_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(listen_secret)

BOOST_AUTO_TEST_CASE(nginx_is_served_at_every_endpoint) {
  SecretSite site;
  Client client = site.http();
  client.keep_cookies();
  BOOST_TEST(client.post("/session", R"({"set":{"user":"alice"}})").status == 200);
  BOOST_TEST(client.get("/in/").json()["headers"]["x-auth-request-user"] == Json::array({"alice"}));
  BOOST_TEST(client.get("/session").json()["user"] == "alice");
  for (const char* probe : {"health", "ready", "metrics"})
    BOOST_TEST(client.get(std::string("/_session/") + probe).status == 200);
  site.application.answers([](const AppRequest&) {
    return "200 OK\r\nX-Accel-Redirect: /_session/commit\r\nX-Session-Set: theme=dark\r\n\r\n";
  });
  BOOST_TEST(client.post("/in/theme", "").status == 204);
  BOOST_TEST(client.get("/session").json()["theme"] == "dark");
}

BOOST_AUTO_TEST_CASE(whoever_opens_the_socket_without_the_secret_logs_nobody_in) {
  const SecretSite site;
  for (const gateway::test::Pairs& pairs :
       std::vector<gateway::test::Pairs>{{},
                                         {{"GATEWAY_SECRET", ""}},
                                         {{"GATEWAY_SECRET", kSecond}},
                                         {{"GATEWAY_SECRET", kFirst.substr(1)}},
                                         {{"HTTP_GATEWAY_SECRET", kFirst}},
                                         {{"GATEWAY_SECRET", kFirst}, {"GATEWAY_SECRET", kSecond}},
                                         {{"GATEWAY_SECRET", ""}, {"GATEWAY_SECRET", kFirst}}}) {
    for (const char* endpoint : {"auth", "session", "commit", "health", "ready", "metrics", "none"}) {
      gateway::test::Pairs all = pairs;
      all.emplace_back("SESSION_SET", R"({"user":"root"})");
      const auto answer = site.ask(endpoint, all);
      BOOST_TEST(answer.status == 403);
      BOOST_TEST(answer.header("X-Session-Reason") == "bad-secret");
      BOOST_TEST(answer.cookie() == "");
      BOOST_TEST(answer.body.empty() == (std::string(endpoint) == "auth"));
    }
  }
  const auto answer =
      site.ask("commit", {{"GATEWAY_SECRET", kFirst}, {"SESSION_SET", R"({"user":"alice"})"}});
  BOOST_TEST(answer.cookie() != "");
  const std::string metrics = site.http().get("/_session/metrics").body;
  BOOST_TEST(metrics.find(R"(session_gateway_refusals_total{reason="bad-secret"} 49)") != std::string::npos);
  const std::string log = read_file(site.dir / "gateway.log");
  BOOST_TEST(log.find("warning refused a request on unix:" + site.socket() +
                      ": its secret (GATEWAY_SECRET, by HTTP X-Gateway-Secret) is missing") !=
             std::string::npos);
  BOOST_TEST(log.find("bad-secret") != std::string::npos);  // the audit
}

BOOST_AUTO_TEST_CASE(no_application_gets_the_secret_and_no_answer_contains_it) {
  SecretSite site;
  Answers answers;
  Client client = site.http();
  answers.add_all(client);
  client.keep_cookies();
  answers.add(client.post("/session", R"({"set":{"user":"alice"}})"));
  answers.add_all(client);
  BOOST_TEST(client.get("/by-fastcgi/").body == "by FastCGI");
  for (const auto& [name, value] : site.by_fastcgi.params()) {
    BOOST_TEST(name != "GATEWAY_SECRET");
    BOOST_TEST(value.find(kFirst) == std::string::npos, name);
  }
  // The application leads nginx to each of the gateway's locations.
  for (const char* to : {"/_session/commit", "/_session/auth", "/session", "/_session/metrics"}) {
    site.application.answers([to](const AppRequest&) {
      return std::string("200 OK\r\nX-Session-Set: theme=dark\r\nX-Accel-Redirect: ") + to + "\r\n\r\n";
    });
    answers.add(client.get("/in/"));
    answers.add(client.post("/", "a body"));
  }
  write_file(site.dir / "second.secret", kSecond + "\n");
  site.use("{ file: second.secret }");
  site.reload_gateway("2");
  answers.add_all(client);  // nginx's secret is refused
  site.gateway->signal(SIGTERM);
  BOOST_TEST(site.gateway->wait() == 0);
  answers.add_all(client);
  for (const char* status : {"200", "204", "303", "400", "401", "403", "405", "502", "503"})
    BOOST_TEST(answers.contain(status), status);
  for (const char* log : {"gateway.log", "nginx.log"})
    BOOST_TEST(read_file(site.dir / log).find(kFirst) == std::string::npos, log);
}

BOOST_AUTO_TEST_CASE(a_clients_own_header_is_no_secret) {
  const SecretSite site;
  for (const HeaderLines& headers :
       {HeaderLines{"Gateway-Secret: " + kFirst}, HeaderLines{"GATEWAY_SECRET: wrong"}})
    BOOST_TEST(site.http().get("/session", headers).json()["reason"] == "absent");
}

BOOST_AUTO_TEST_CASE(the_file_with_the_secret_is_its_owners_only_and_is_never_printed) {
  const SecretSite site;
  struct stat status {};
  BOOST_REQUIRE(::stat((site.dir / "session-gateway-secret.conf").c_str(), &status) == 0);
  BOOST_TEST((status.st_mode & 07777) == 0600U);
  BOOST_TEST(site.run({"nginx", "--config", site.dir / "gateway.yaml"}) == 0);
  const std::string printed = read_file(site.dir / "command.log");
  BOOST_TEST(printed.find("# === session-gateway-secret.conf ===\n# Not shown") != std::string::npos);
  BOOST_TEST(printed.find(kFirst) == std::string::npos);
}

BOOST_AUTO_TEST_CASE(lint_finds_a_location_without_the_secret_and_a_file_that_others_read) {
  const SecretSite site;
  const std::vector<std::string> lint = {"lint", site.dir / "nginx.conf", "--config",
                                         site.dir / "gateway.yaml"};
  (void)site.run(lint);  // for the tests, scripts may set everything: that it finds, too
  BOOST_TEST(read_file(site.dir / "command.log").find("secret") == std::string::npos);
  BOOST_REQUIRE(::chmod((site.dir / "session-gateway-secret.conf").c_str(), 0640) == 0);
  BOOST_TEST(site.run(lint) == 1);
  BOOST_TEST(read_file(site.dir / "command.log")
                 .find("danger: others than its owner can use this file (mode 0640)") != std::string::npos);
  write_file(site.dir / "session-gateway-secret.conf", "# none\n");
  BOOST_TEST(site.run(lint) == 1);
  BOOST_TEST(read_file(site.dir / "command.log").find("does not send the secret of `listen`") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_secret_changes_without_a_refused_request) {
  SecretSite site;
  Client client = site.http();
  const auto served = [&] { return client.get("/_session/health").status == 200; };
  BOOST_TEST(served());
  write_file(site.dir / "second.secret", kSecond + "\n");
  site.use("[ { file: second.secret }, { file: nginx.secret } ]");
  site.reload_gateway("2");
  BOOST_TEST(served());
  site.write_nginx_files();
  site.restart_nginx();
  BOOST_TEST(served());
  site.use("{ file: second.secret }");
  site.reload_gateway("3");
  BOOST_TEST(served());
  BOOST_TEST(site.ask("health", {{"GATEWAY_SECRET", kFirst}}).status == 403);
  BOOST_TEST(site.ask("health", {{"GATEWAY_SECRET", kSecond}}).status == 200);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
