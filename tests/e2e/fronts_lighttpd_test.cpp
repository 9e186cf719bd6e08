// The real lighttpd with the configuration of docs/fronts/lighttpd.md.

#include <csignal>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "core/base/text.h"
#include "tests/support/daemon/wire_gateway.h"
#include "tests/support/e2e/fronts.h"
#include "tests/support/e2e/support.h"
#include "tests/support/server_programs.h"

namespace session::test {
namespace {

using gateway::test::WireGateway;

// What lighttpd's own configuration says before the one of the page.
constexpr const char* kBefore = R"(server.document-root = "@DIR@/www"
server.bind = "@DIR@/http.sock"
server.errorlog = "@DIR@/lighttpd.log"
server.upload-dirs = ("@DIR@")
server.modules = ()
mimetype.assign = ("" => "text/plain")
)";
// What stands behind it: an application with HTTP, PHP, and places with rules of their own.
constexpr const char* kBehind = R"(
server.modules += ("mod_proxy")
fastcgi.server += (".php" => (("socket" => "@DIR@/application.sock")))
$HTTP["url"] =~ "^/(in|open)/http/" { proxy.server = ("" => (("host" => "@DIR@/http-application.sock"))) }
$HTTP["url"] =~ "^/in/admin/" { setenv.add-environment = ("GATEWAY_REQUIRE" => "login,admin") }
$HTTP["url"] =~ "^/in/everybody/" { setenv.add-environment = ("GATEWAY_REQUIRE" => "") }
$HTTP["url"] =~ "^/open/app/" {
  fastcgi.server = ("/open/app/" => (("socket" => "@DIR@/application.sock", "check-local" => "disable")))
}
)";
const std::string kContent = "what the file contains";

WireGateway::Setup gateway_setup() {
  WireGateway::Setup setup;
  setup.yaml = "workers: 2\nrules: { admin: { /groups: { contains: admin } } }\n";
  setup.listen = "  - unix: '@DIR@commit.sock'\n    protocol: http\n    serves: [commit]\n";
  return setup;
}

struct LighttpdSite {
  explicit LighttpdSite(const WireGateway& gateway, const std::string& socket = {})
      : gateway_socket(socket.empty() ? gateway.socket_file() : socket),
        fastcgi_application(dir / "application.sock",
                            "Status: 200 OK\r\nContent-Type: text/plain\r\n\r\nthe application"),
        http_application(dir / "http-application.sock") {
    for (const char* place : {"/open/", "/in/", "/in/admin/", "/in/everybody/"}) {
      std::filesystem::create_directories(dir / "www" + place);
      write_file(dir / "www" + place + "file", kContent);
    }
    write_file(dir / "www/in/x.php", kContent);
    page = with(with(front_configuration("lighttpd"), "/run/session-gateway/lighttpd.sock", gateway_socket),
                "/run/application.sock", dir / "application.sock");
  }
  ~LighttpdSite() {
    if (!test_has_failed()) return;
    for (const char* name : {"start", "lighttpd"})
      BOOST_TEST_MESSAGE("--- " << name << ".log\n" << read_file(dir / (std::string(name) + ".log")));
  }
  void start() {
    const std::string text = replaced(kBefore + page + kBehind, "@DIR@", dir.path());
    write_file(dir / "lighttpd.conf", replaced(text, "@GATEWAY@", gateway_socket));
    process = std::make_unique<Process>(
        std::vector<std::string>{lighttpd_binary(), "-D", "-f", dir / "lighttpd.conf"}, dir / "start.log");
    wait_until("lighttpd to listen", [this] { return accepts_unix(dir / "http.sock"); });
  }

  [[nodiscard]] Client client() const { return Client({"http://gateway.test", dir / "http.sock", ""}); }
  // The params of the request that the application got, one line each.
  [[nodiscard]] std::string params() {
    std::string lines;
    for (const auto& [name, value] : fastcgi_application.params()) lines.append(name + "=" + value + "\n");
    return lines;
  }
  void lets_nobody_in(const HeaderLines& headers) const {
    for (const std::string& way : ways_to("/in", "file")) {
      for (const Reply& reply : {client().get(way, headers), client().post(way, "a body", headers)}) {
        BOOST_TEST(reply.status >= 400, way << ": " << reply.status);
        BOOST_TEST(reply.body.find(kContent) == std::string::npos, way);
      }
    }
    for (const char* way : {"/in/app/", "/in//app/x", "/in/app", "/in/http/x", "//in/http/x",
                            "/open/../in/http/x", "/in/x.php", "/in/x.php/y", "/in/%78.php"})
      BOOST_TEST(client().get(way, headers).status >= 400, way);
    BOOST_TEST(fastcgi_application.connections() == 0U);
    BOOST_TEST(http_application.requests() == 0U);
  }

  TempDir dir;
  std::string gateway_socket;
  CannedGateway fastcgi_application;
  Application http_application;
  std::string page;  // its configuration, with the paths of this test
  std::unique_ptr<Process> process;
};

std::string cookie_line(const std::string& cookie) { return "Cookie: theme=dark; session=" + cookie; }

bool has_line(const std::string& lines, const std::string& line) {
  return ("\n" + lines).find("\n" + line + "\n") != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(fronts_lighttpd)

BOOST_AUTO_TEST_CASE(a_session_passes_and_its_application_gets_the_identity_as_variables) {
  const WireGateway gateway(gateway_setup());
  const std::string cookie = gateway.log_in(R"({"user":"alice","groups":["a","b"]})");
  LighttpdSite site(gateway);
  site.start();
  BOOST_TEST(site.client().get("/in/file", {cookie_line(cookie)}).body == kContent);
  BOOST_TEST(site.client().head("/in/file", {cookie_line(cookie)}).status == 200);
  BOOST_TEST(site.client().get("/in/x.php", {cookie_line(cookie)}).body == "the application");
  BOOST_TEST(has_line(site.params(), "REMOTE_USER=alice"));
  for (const std::string& body : {std::string(), std::string("a body"), std::string(3'000'000, 'b')}) {
    BOOST_TEST(site.client().post("/in/app/x", body, {cookie_line(cookie), "Expect:"}).body ==
               "the application");
    const std::string params = site.params();
    for (const char* line : {"REMOTE_USER=alice", "X_AUTH_REQUEST_USER=alice", "X_AUTH_REQUEST_EMAIL=",
                             "X_AUTH_REQUEST_GROUPS=a,b", "X_SESSION_COOKIE=theme=dark"})
      BOOST_TEST(has_line(params, line), line << " is missing in\n" << params);
    BOOST_TEST(has_line(params, "CONTENT_LENGTH=" + std::to_string(body.size())));
  }
}

BOOST_AUTO_TEST_CASE(without_a_session_nobody_gets_in_by_any_way) {
  const WireGateway gateway(gateway_setup());
  const std::string cookie = gateway.log_in(R"({"user":"alice"})");
  const std::string anonymous = gateway.log_in(R"({"cart":[1]})");
  LighttpdSite site(gateway);
  site.start();
  BOOST_TEST(site.client().get("/open/file").body == kContent);
  site.lets_nobody_in({});
  site.lets_nobody_in({"Cookie: session=forged"});
  site.lets_nobody_in({cookie_line(cookie.substr(0, cookie.size() - 1))});
  site.lets_nobody_in({cookie_line(anonymous)});
  site.lets_nobody_in({"Gateway-Require;", "Gateway-Endpoint: health", "Variable-REMOTE_USER: root"});
  const Reply refused = site.client().get("/in/file?a=b");
  BOOST_TEST(refused.status == 401);
  BOOST_TEST(refused.header("x-session-reason") == "absent");
  BOOST_TEST(refused.header("x-session-return") == "%2Fin%2Ffile%3Fa%3Db");
  BOOST_TEST(site.client().get("/in/everybody/file", {cookie_line(anonymous)}).status == 200);
}

BOOST_AUTO_TEST_CASE(a_rule_of_a_place_holds) {
  const WireGateway gateway(gateway_setup());
  const std::string user = gateway.log_in(R"({"user":"alice"})");
  const std::string admin = gateway.log_in(R"({"user":"root","groups":["admin"]})");
  LighttpdSite site(gateway);
  site.start();
  for (const char* way :
       {"/in/admin/file", "//in//admin/file", "/in/%61dmin/file", "/open/../in/admin/file"}) {
    BOOST_TEST(site.client().get(way, {cookie_line(user)}).status == 403, way);
    BOOST_TEST(site.client().get(way, {cookie_line(admin)}).body == kContent, way);
  }
}

BOOST_AUTO_TEST_CASE(no_spelling_of_a_forged_identity_header_reaches_an_application) {
  const WireGateway gateway(gateway_setup());
  const std::string cookie = gateway.log_in(R"({"user":"alice"})");
  LighttpdSite site(gateway);
  site.start();
  for (const std::string& line : forged_identities()) {
    for (const char* place : {"/in/app/x", "/open/app/x"}) {
      BOOST_REQUIRE(site.client().get(place, {cookie_line(cookie), line}).status == 200);
      const std::string params = site.params();
      BOOST_TEST(params.find("HTTP_X_AUTH_REQUEST") == std::string::npos, line << " at " << place);
      BOOST_TEST(has_line(params, "REMOTE_USER=alice") == (std::string(place) == "/in/app/x"));
    }
    for (const char* place : {"/in/http/x", "/open/http/x"}) {
      const Reply reply = site.client().get(place, {cookie_line(cookie), line});
      BOOST_REQUIRE(reply.status == 200);
      const Json seen = reply.json();
      BOOST_REQUIRE(seen["headers"].contains("host"));
      for (const auto& [name, value] : seen["headers"].items())
        BOOST_TEST(lower(name).find("request") == std::string::npos, line << " at " << place << ": " << name);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_visitor_logs_in_reads_the_session_and_logs_out) {
  const WireGateway gateway(gateway_setup());
  LighttpdSite site(gateway);
  commit_at(site.http_application, gateway.dir() / "commit.sock");
  site.start();
  logs_in_reads_the_session_and_logs_out(site.client(), "/open/http", kContent);
}

// lighttpd drops an authorizer's Set-Cookie.
BOOST_AUTO_TEST_CASE(a_cookie_under_an_old_key_passes_and_the_session_endpoint_renews_it) {
  const WireGateway gateway(gateway_setup());
  const std::string cookie = gateway.log_in(R"({"user":"alice"})");
  gateway.reconfigure("keys: [", "keys: [{ id: k2, value: 'the second key of all the wire tests' }, ");
  (void)gateway.reload();
  LighttpdSite site(gateway);
  site.start();
  const Reply page = site.client().get("/in/file", {cookie_line(cookie)});
  BOOST_TEST(page.status == 200);
  BOOST_TEST(!page.has("set-cookie"));
  const std::string renewed = site.client().get("/session", {cookie_line(cookie)}).cookie("session");
  BOOST_TEST(renewed.starts_with("v1.k2."));
  BOOST_TEST(site.client().get("/in/file", {cookie_line(renewed)}).status == 200);
}

BOOST_AUTO_TEST_CASE(visitors_without_a_session_see_the_page_that_leads_to_the_login) {
  const WireGateway gateway(gateway_setup());
  const std::string cookie = gateway.log_in(R"({"user":"alice"})");
  LighttpdSite site(gateway);
  site.page = with(site.page, "#server.error-intercept", "server.error-intercept");
  site.page = with(site.page, "#server.errorfile-prefix = \"/etc/session-gateway/lighttpd/\"",
                   "server.errorfile-prefix = \"@DIR@/errors/\"");
  std::filesystem::create_directory(site.dir / "errors");
  write_file(site.dir / "errors/401.html", "log in here");
  site.start();
  for (const char* place : {"/in/file", "/in/app/x", "/in/http/x"}) {
    const Reply reply = site.client().get(place);
    BOOST_TEST(reply.status == 401);
    BOOST_TEST(reply.body == "log in here");
  }
  BOOST_TEST(site.client().get("/in/file", {cookie_line(cookie)}).body == kContent);
  BOOST_TEST(site.client().get("/session").header("content-type") == "application/problem+json");
}

BOOST_AUTO_TEST_CASE(a_gateway_that_is_gone_lets_nobody_in) {
  WireGateway gateway(gateway_setup());
  const std::string cookie = gateway.log_in(R"({"user":"alice"})");
  LighttpdSite site(gateway);
  site.start();
  BOOST_TEST(site.client().get("/in/file", {cookie_line(cookie)}).status == 200);
  gateway.signal(SIGTERM);
  BOOST_TEST(gateway.wait() == 0);
  site.lets_nobody_in({cookie_line(cookie)});
  BOOST_TEST(site.client().get("/in/file", {cookie_line(cookie)}).status == 503);
  BOOST_TEST(site.client().get("/open/file").body == kContent);
}

BOOST_AUTO_TEST_CASE(ten_thousand_requests_are_answered_without_a_failure) {
  const WireGateway gateway(gateway_setup());
  const std::string cookie = gateway.log_in(R"({"user":"alice"})");
  LighttpdSite site(gateway);
  site.start();
  Client client = site.client();
  for (int i = 0; i < 5000; ++i) {
    BOOST_REQUIRE(client.get("/in/file", {cookie_line(cookie)}).body == kContent);
    BOOST_REQUIRE(client.get("/in/file").status == 401);
  }
}

// The page warns of these.
BOOST_AUTO_TEST_CASE(a_module_that_stands_before_the_check_answers_without_it) {
  const WireGateway gateway(gateway_setup());
  LighttpdSite site(gateway);
  site.page =
      with(site.page, R"("mod_setenv", "mod_fastcgi")", R"("mod_setenv", "mod_proxy", "mod_fastcgi")");
  site.start();
  BOOST_TEST(site.client().get("/in/file").status == 401);
  BOOST_TEST(site.client().get("/in/http/x").status == 200);
}

BOOST_AUTO_TEST_CASE(an_inner_list_of_servers_takes_the_check_away_and_so_does_a_check_of_files_only) {
  const WireGateway gateway(gateway_setup());
  LighttpdSite inner(gateway);
  inner.page +=
      R"($HTTP["url"] =~ "^/in/admin/" { fastcgi.server = (".php" => (("socket" => "@GATEWAY@"))) })";
  inner.start();
  BOOST_TEST(inner.client().get("/in/file").status == 401);
  BOOST_TEST(inner.client().get("/in/admin/file").status == 200);
  LighttpdSite of_files(gateway);
  of_files.page = with(of_files.page, gateway.socket_file() + R"(", "check-local" => "disable")),
  "/in/app/")",
                       gateway.socket_file() + R"(")), "/in/app/")");
  of_files.start();
  BOOST_TEST(of_files.client().get("/in/file").status == 401);
  BOOST_TEST(of_files.client().get("/in/http/x").status == 200);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
