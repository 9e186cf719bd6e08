// `session-gateway nginx` for another configuration, with the real nginx and the real gateway.

#include <unistd.h>

#include <filesystem>
#include <memory>

#include <boost/test/unit_test.hpp>

#include "tests/support/e2e/support.h"
#include "tests/support/places.h"

namespace session::test {
namespace {

// X-Auth-Request-Require would be $session_require, which the files use; "it's; $here" is no path for a plain
// word.
constexpr const char* kGateway = R"(listen:
  - unix: "@DIR@/it's; $here {.sock"
cookie: { name: session, secure: false }
salt: { value: "salt of the end-to-end tests" }
keys: [{ id: k1, value: 'the first key of the end-to-end tests' }]
identity:
  headers: { X-Remote-User: /user, X-Auth-Request-Require: /team }
accept: [express]
express: { secrets: [{ value: "keyboard cat of the end-to-end tests" }] }
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
        location /fast/ { include session-gateway-public.conf; fastcgi_pass unix:@DIR@/fast.sock; }
        location /fast/in/ { include session-gateway-protect.conf; fastcgi_pass unix:@DIR@/fast.sock; }
        location = /session { fastcgi_param GATEWAY_ALLOW set:user,set:team; include session-gateway-session.conf; }
    }
)";

// A site that includes what the command wrote for kGateway.
struct OtherHeaders {
  OtherHeaders() {
    write_file(dir / "gateway.yaml", replaced(kGateway, "@DIR@", dir.path()));
    write_file(dir / "nginx.conf", nginx_conf(dir, kHttp));
    BOOST_TEST_REQUIRE(run({"nginx", "--config", dir / "gateway.yaml", "--output", dir.path()}) == 0);
    gateway = std::make_unique<Process>(
        std::vector<std::string>{gateway_binary(), "serve", "--config", dir / "gateway.yaml"},
        dir / "gateway.log");
    wait_until("the gateway to listen", [this] { return accepts_unix(dir / "it's; $here {.sock"); });
  }
  ~OtherHeaders() {
    if (!test_has_failed()) return;
    for (const char* name : {"command", "gateway", "nginx"})
      BOOST_TEST_MESSAGE("--- " << name << ".log\n" << read_file(dir / (std::string(name) + ".log")));
  }

  int run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), gateway_binary());
    std::filesystem::remove(dir / "command.log");
    return Process(arguments, dir / "command.log").wait();
  }
  Client start_nginx() {
    nginx = std::make_unique<Process>(nginx_command(dir), dir / "nginx.log");
    wait_until("nginx to listen", [this] { return accepts_unix(dir / "http.sock"); });
    return Client({"http://gateway.test", dir / "http.sock", ""});
  }

  TempDir dir;
  Application application{dir / "application.sock"};
  CannedGateway fast{dir / "fast.sock", "Status: 200 OK\r\n\r\nfine"};  // a FastCGI application
  std::unique_ptr<Process> gateway;
  std::unique_ptr<Process> nginx;
};

const HeaderLines kForged = {"X-Remote-User: eve", "X-Auth-Request-Require: all"};

std::string param(CannedGateway& application, const std::string& name) {
  const auto all = application.params();
  if (all.count(name) != 1) return all.count(name) == 0 ? "(absent)" : "(repeated)";
  return all.find(name)->second;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(nginx_files)

BOOST_AUTO_TEST_CASE(nginx_takes_the_files_without_a_word) {
  const OtherHeaders site;
  std::vector<std::string> command = nginx_command(site.dir);
  command.insert(command.end(), {"-t", "-q"});
  Process nginx(command, site.dir / "nginx.log");
  BOOST_TEST(nginx.wait() == 0);
  BOOST_TEST(read_file(site.dir / "nginx.log") == "");
}

BOOST_AUTO_TEST_CASE(a_protected_place_gets_the_configured_headers_and_never_the_clients) {
  OtherHeaders site;
  Client client = site.start_nginx();
  client.keep_cookies();
  BOOST_TEST_REQUIRE(client.post("/session", R"({"set":{"user":"alice","team":"red"}})").status == 200);
  const Json headers = client.get("/in/", kForged).json()["headers"];
  BOOST_TEST(headers["x-remote-user"] == Json::array({"alice"}));
  BOOST_TEST(headers["x-auth-request-require"] == Json::array({"red"}));
  BOOST_TEST_REQUIRE(client.get("/fast/in/", kForged).body == "fine");
  BOOST_TEST(param(site.fast, "HTTP_X_REMOTE_USER") == "alice");
  BOOST_TEST(param(site.fast, "HTTP_X_AUTH_REQUEST_REQUIRE") == "red");
}

BOOST_AUTO_TEST_CASE(a_value_that_the_session_lacks_is_not_the_clients_either) {
  OtherHeaders site;
  Client client = site.start_nginx();
  client.keep_cookies();
  BOOST_TEST_REQUIRE(client.post("/session", R"({"set":{"user":"alice"}})").status == 200);
  const Json headers = client.get("/in/", kForged).json()["headers"];
  BOOST_TEST(headers["x-remote-user"] == Json::array({"alice"}));
  BOOST_TEST(!headers.contains("x-auth-request-require"));
}

BOOST_AUTO_TEST_CASE(an_open_place_gets_none_of_the_configured_headers) {
  OtherHeaders site;
  Client client = site.start_nginx();
  const Json headers = client.get("/", kForged).json()["headers"];
  BOOST_TEST(!headers.contains("x-remote-user"));
  BOOST_TEST(!headers.contains("x-auth-request-require"));
  BOOST_TEST_REQUIRE(client.get("/fast/", kForged).body == "fine");
  BOOST_TEST(param(site.fast, "HTTP_X_REMOTE_USER") == "(absent)");
  BOOST_TEST(param(site.fast, "HTTP_X_AUTH_REQUEST_REQUIRE") == "(absent)");
  BOOST_TEST(client.get("/in/").status == 303);
}

BOOST_AUTO_TEST_CASE(an_open_place_never_gets_the_cookies_that_open_sessions) {
  OtherHeaders site;
  Client client = site.start_nginx();
  const HeaderLines cookies = {"Cookie: a=1; session=x; connect.sid=y; b=2; session=z; connectXsid=w"};
  BOOST_TEST(client.get("/", cookies).json()["headers"]["cookie"] ==
             Json::array({"a=1; b=2; connectXsid=w"}));
  BOOST_TEST_REQUIRE(client.get("/fast/", cookies).body == "fine");
  BOOST_TEST(param(site.fast, "HTTP_COOKIE") == "a=1; b=2; connectXsid=w");
  BOOST_TEST(client.get("/", {"Cookie: session=x"}).json()["headers"].contains("cookie") == false);
}

BOOST_AUTO_TEST_CASE(without_a_directory_every_file_is_printed_below_its_name) {
  const OtherHeaders site;
  BOOST_TEST(site.run({"nginx", "--config", site.dir / "gateway.yaml"}) == 0);
  std::string expected;
  for (const char* name :
       {"admin", "console", "health", "http", "protect", "protect-grpc", "protect-uwsgi", "proxy", "public",
        "public-grpc", "public-uwsgi", "server", "session", "sessions", "upstream"}) {
    const std::string file = "session-gateway-" + std::string(name) + ".conf";
    expected += "# === " + file + " ===\n" + read_file(site.dir / file);
  }
  BOOST_TEST(read_file(site.dir / "command.log") == expected);
}

BOOST_AUTO_TEST_CASE(an_operators_change_is_overwritten_by_force_only) {
  const OtherHeaders site;
  const std::string file = site.dir / "session-gateway-http.conf";
  write_file(file, "# mine\n");
  const std::vector<std::string> command = {"nginx", "-c", site.dir / "gateway.yaml", "-o", site.dir.path()};
  BOOST_TEST(site.run(command) == 1);
  BOOST_TEST(read_file(site.dir / "command.log") ==
             "nothing was written: " + site.dir.path() +
                 " has other contents in session-gateway-http.conf. See what differs, and say --force to "
                 "overwrite\n");
  BOOST_TEST(read_file(file) == "# mine\n");
  std::vector<std::string> forced = command;
  forced.emplace_back("--force");
  BOOST_TEST(site.run(forced) == 0);
  BOOST_TEST(read_file(site.dir / "command.log") == file + "\n");
  BOOST_TEST(read_file(file) != "# mine\n");
}

BOOST_AUTO_TEST_CASE(a_configuration_that_is_wrong_is_said_to_be) {
  const OtherHeaders site;
  write_file(site.dir / "bad.yaml", "identity: { headers: { X_User: /user } }\nwrkers: 2\n");
  BOOST_TEST(site.run({"nginx", "--config", site.dir / "bad.yaml"}) == 1);
  BOOST_TEST(read_file(site.dir / "command.log").find("bad.yaml:2: wrkers: ") != std::string::npos);
  write_file(site.dir / "bad.yaml", "identity: { headers: { X_User: /user } }\n");
  BOOST_TEST(site.run({"nginx", "--config", site.dir / "bad.yaml"}) == 1);
  BOOST_TEST(read_file(site.dir / "command.log") ==
             site.dir / "bad.yaml" +
                 ":1: identity.headers.X_User: nginx's files can't have this name of a header: expected "
                 "letters, digits and - only\n");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
