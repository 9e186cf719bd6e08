// The real Apache with mod_authnz_fcgi and the configuration of docs/fronts/apache.md.

#include <unistd.h>

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

// What Apache's own configuration says before the one of the page.
constexpr const char* kBefore = R"(ServerRoot "@DIR@"
ServerName gateway.test
Listen 127.0.0.1:@PORT@
PidFile "@DIR@/apache.pid"
DefaultRuntimeDir "@DIR@"
Mutex file:@DIR@ default
ErrorLog "@DIR@/apache.log"
LoadModule mpm_event_module @MODULES@/mod_mpm_event.so
LoadModule authn_core_module @MODULES@/mod_authn_core.so
LoadModule authz_core_module @MODULES@/mod_authz_core.so
LoadModule authz_user_module @MODULES@/mod_authz_user.so
LoadModule authnz_fcgi_module @MODULES@/mod_authnz_fcgi.so
LoadModule headers_module @MODULES@/mod_headers.so
LoadModule setenvif_module @MODULES@/mod_setenvif.so
LoadModule proxy_module @MODULES@/mod_proxy.so
LoadModule proxy_http_module @MODULES@/mod_proxy_http.so
LoadModule proxy_fcgi_module @MODULES@/mod_proxy_fcgi.so
LoadModule rewrite_module @MODULES@/mod_rewrite.so
LoadModule dir_module @MODULES@/mod_dir.so
@USER@
ServerLimit 1
StartServers 1
DocumentRoot "@DIR@/www"
<Directory "@DIR@/www">
    Require all granted
</Directory>
)";
// What stands behind it: an application with FastCGI, which also answers as PHP does and for addresses that
// are rewritten, both applications in an open place, a place with a rule of its own, and one where whoever
// knows of it logs in, as the test does in the application's place.
constexpr const char* kBehind = R"(
<Location "/in/fastcgi">
    ProxyPass "unix:@DIR@/application.sock|fcgi://application/"
</Location>
<FilesMatch "[.]php$">
    SetHandler "proxy:unix:@DIR@/application.sock|fcgi://application"
</FilesMatch>
<Directory "@DIR@/www/in/rewritten">
    DirectoryIndex index.php
    RewriteEngine On
    RewriteCond %{REQUEST_FILENAME} !-f
    RewriteRule . index.php [L]
</Directory>
<Directory "@DIR@/www/in/fallback">
    DirectoryIndex index.php
    FallbackResource /in/fallback/index.php
</Directory>
<Location "/open/app">
    ProxyPass "unix:@DIR@/http-application.sock|http://application/open/app"
</Location>
<Location "/open/fastcgi">
    ProxyPass "unix:@DIR@/application.sock|fcgi://application/"
</Location>
<Location "/in/admin">
    SetEnvIf Request_URI ^ GATEWAY_REQUIRE=login,admin
</Location>
<Location "/log-in">
    SetEnvIf Request_URI ^ GATEWAY_ENDPOINT=session GATEWAY_ALLOW=set
    Include "@DIR@/secret.conf"
    ProxyPass fcgi://127.0.0.1:@GATEWAY@/
</Location>
)";
const std::string kContent = "what the file contains";
const std::string kSecret = "the-secret-of-the-listener-for-apache";

// A gateway whose TCP listener has a secret.
struct Gateway {
  Gateway() {
    const std::string address = "tcp: 127.0.0.1:" + std::to_string(process.port());
    process.reconfigure(address, address + "\n    secret: { value: " + kSecret + " }");
    (void)process.reload();
  }
  WireGateway process{{"workers: 2\nrules: { admin: { /groups: { contains: admin } } }\n"}};
};

struct ApacheSite {
  explicit ApacheSite(const Gateway& gateway)
      : gateway_port(std::to_string(gateway.process.port())),
        fastcgi_application(dir / "application.sock",
                            "Status: 200 OK\r\nContent-Type: text/plain\r\n\r\nthe application"),
        http_application(dir / "http-application.sock") {
    for (const char* place : {"/open/", "/in/", "/in/admin/", "/in/rewritten/", "/in/fallback/"}) {
      std::filesystem::create_directories(dir / "www" + place);
      write_file(dir / "www" + place + "file", kContent);
    }
    for (const char* file : {"index.html", "rewritten/index.php", "fallback/index.php"})
      write_file(dir / "www/in" + ("/" + std::string(file)), kContent);
    write_file(dir / "secret.conf", "SetEnvIf Request_URI ^ GATEWAY_SECRET=" + kSecret + "\n");
    page = with(front_configuration("apache", "apache"), "fcgi://127.0.0.1:9000/",
                "fcgi://127.0.0.1:" + gateway_port + "/");
    page = with(page, "http://127.0.0.1:8000/",
                "unix:" + (dir / "http-application.sock") + "|http://application/");
    page = with(page, "/etc/session-gateway/apache-secret.conf", dir / "secret.conf");
  }
  ~ApacheSite() {
    if (!test_has_failed()) return;
    for (const char* name : {"start", "apache"})
      BOOST_TEST_MESSAGE("--- " << name << ".log\n" << read_file(dir / (std::string(name) + ".log")));
  }
  void start() {
    std::string text = replaced(kBefore + page + kBehind, "@DIR@", dir.path());
    text = replaced(text, "@MODULES@", apache_modules());
    text = replaced(text, "@PORT@", std::to_string(port));
    text = replaced(text, "@GATEWAY@", gateway_port);
    write_file(dir / "apache.conf", replaced(text, "@USER@", user()));
    process = std::make_unique<Process>(
        std::vector<std::string>{apache_binary(), "-D", "FOREGROUND", "-f", dir / "apache.conf"},
        dir / "start.log");
    wait_until("Apache to listen", [this] { return accepts_tcp(port); });
  }
  // Apache serves nothing as root: its other user must be able to enter the private directory.
  [[nodiscard]] std::string user() const {
    if (::geteuid() != 0) return "";
    using std::filesystem::perms;
    std::filesystem::permissions(dir.path(), perms::owner_all | perms::group_exec | perms::others_exec);
    for (const char* socket : {"application.sock", "http-application.sock"})
      std::filesystem::permissions(dir / socket, perms::all);
    return "User nobody\nGroup nogroup";
  }

  [[nodiscard]] Client client() const { return Client({"http://127.0.0.1:" + std::to_string(port), "", ""}); }
  // The params of the request that the application with FastCGI got, one line each.
  [[nodiscard]] std::string params() {
    std::string lines;
    for (const auto& [name, value] : fastcgi_application.params()) lines.append(name + "=" + value + "\n");
    return lines;
  }
  void lets_nobody_in(const HeaderLines& headers) const {
    std::vector<std::string> ways = ways_to("/in", "file");
    for (const char* more :
         {"/in", "/in/", "/in/index.html", "/in/app", "/in/app/x", "//in//app/x", "/open/../in/app/x",
          "/in/fastcgi/x", "/in/%61pp/x", "/%69n/app/x", "/open/%2e%2e/in/app/x", "/in/rewritten/x",
          "/in/rewritten/index.php", "/in/fallback/", "/in/fallback/x/y"})
      ways.emplace_back(more);
    for (const std::string& way : ways) {
      for (const Reply& reply : {client().get(way, headers), client().post(way, "a body", headers)}) {
        BOOST_TEST(reply.status >= 400, way << ": " << reply.status);
        BOOST_TEST(reply.body.find(kContent) == std::string::npos, way);
      }
    }
    BOOST_TEST(fastcgi_application.connections() == 0U);
    BOOST_TEST(http_application.requests() == 0U);
  }

  TempDir dir;
  const int port = free_port();
  std::string gateway_port;
  CannedGateway fastcgi_application;
  Application http_application;
  std::string page;  // its configuration, with the paths and ports of this test
  std::unique_ptr<Process> process;
};

std::string cookie_line(const std::string& cookie) { return "Cookie: theme=dark; session=" + cookie; }

bool has_line(const std::string& lines, const std::string& line) {
  return ("\n" + lines).find("\n" + line + "\n") != std::string::npos;
}

// The identity and the cookies as an application with HTTP gets them: "name=value" for each value, in the
// order of the names.
std::string identity_in(const Reply& reply) {
  std::string lines;
  const Json seen = reply.json();
  for (const auto& [name, values] : seen["headers"].items()) {
    for (const auto& value : values) {
      if (name == "cookie" || lower(name).find("request") != std::string::npos)
        lines += name + "=" + value.get<std::string>() + "\n";
    }
  }
  return lines;
}

const std::string kAlice =
    "cookie=theme=dark\nx-auth-request-email=\nx-auth-request-groups=a,b\nx-auth-request-user=alice\n";

}  // namespace

BOOST_AUTO_TEST_SUITE(fronts_apache)

BOOST_AUTO_TEST_CASE(a_session_passes_and_its_applications_get_the_identity) {
  const Gateway gateway;
  const std::string cookie = gateway.process.log_in(R"({"user":"alice","groups":["a","b"]})");
  ApacheSite site(gateway);
  site.start();
  BOOST_TEST(site.client().get("/in/file", {cookie_line(cookie)}).body == kContent);
  BOOST_TEST(site.client().get("/in/", {cookie_line(cookie)}).body == kContent);
  BOOST_TEST(site.client().head("/in/file", {cookie_line(cookie)}).status == 200);
  for (const std::string& body : {std::string(), std::string("a body"), std::string(3'000'000, 'b')}) {
    const Reply reply = site.client().post("/in/app/x?a=b", body, {cookie_line(cookie), "Expect:"});
    BOOST_TEST(identity_in(reply) == kAlice);
    BOOST_TEST(reply.json()["target"] == "/in/app/x?a=b");
    BOOST_TEST((reply.json()["body"] == body));
    BOOST_TEST(site.client().post("/in/fastcgi/x", body, {cookie_line(cookie), "Expect:"}).body ==
               "the application");
    const std::string params = site.params();
    for (const char* line :
         {"REMOTE_USER=alice", "HTTP_X_AUTH_REQUEST_USER=alice",
          "HTTP_X_AUTH_REQUEST_EMAIL=", "HTTP_X_AUTH_REQUEST_GROUPS=a,b", "HTTP_COOKIE=theme=dark"})
      BOOST_TEST(has_line(params, line), line << " is missing in\n" << params);
  }
}

BOOST_AUTO_TEST_CASE(
    php_gets_the_identity_and_neither_the_session_cookie_nor_the_secret_also_if_apache_rewrites) {
  const Gateway gateway;
  const std::string cookie = gateway.process.log_in(R"({"user":"alice"})");
  ApacheSite site(gateway);
  site.start();
  for (const char* way : {"/in/fastcgi/x", "/in/rewritten/index.php", "/in/rewritten/", "/in/rewritten/x/y",
                          "/in/fallback/", "/in/fallback/x/y"}) {
    BOOST_TEST_CONTEXT(way) {
      BOOST_TEST(site.client().get(way, {cookie_line(cookie), "X-Auth-Request-User: mallory"}).body ==
                 "the application");
      const std::string params = site.params();
      for (const char* line :
           {"REMOTE_USER=alice", "HTTP_X_AUTH_REQUEST_USER=alice", "HTTP_COOKIE=theme=dark"})
        BOOST_TEST(has_line(params, line), line << " is missing in\n" << params);
      BOOST_TEST(params.find("GATEWAY_REQUIRE") != std::string::npos);
      for (const std::string& hidden : {cookie, kSecret, std::string("mallory")})
        BOOST_TEST(params.find(hidden) == std::string::npos, params);
    }
  }
}

BOOST_AUTO_TEST_CASE(without_a_session_nobody_gets_in_by_any_way) {
  const Gateway gateway;
  const std::string cookie = gateway.process.log_in(R"({"user":"alice"})");
  const std::string anonymous = gateway.process.log_in(R"({"cart":[1]})");
  ApacheSite site(gateway);
  site.start();
  BOOST_TEST(site.client().get("/open/file").body == kContent);
  site.lets_nobody_in({});
  site.lets_nobody_in({"Cookie: session=forged"});
  site.lets_nobody_in({cookie_line(cookie.substr(0, cookie.size() - 1))});
  site.lets_nobody_in({cookie_line(anonymous)});
  site.lets_nobody_in({"Gateway-Require;", "Gateway-Endpoint: health", "Variable-REMOTE_USER: root",
                       "Authorization: Basic cm9vdDpyb290"});
  const Reply refused = site.client().get("/in/file?a=b");
  BOOST_TEST(refused.status == 401);
  BOOST_TEST(refused.header("x-session-reason") == "absent");
  BOOST_TEST(refused.header("x-session-return") == "%2Fin%2Ffile%3Fa%3Db");
}

BOOST_AUTO_TEST_CASE(visitors_without_a_session_are_sent_to_the_login_and_no_address_adds_to_that_page) {
  const Gateway gateway;
  ApacheSite site(gateway);
  site.start();
  const Reply reply = site.client().get("/in/a%20file");
  BOOST_TEST(reply.header("content-type").starts_with("text/html"));
  BOOST_TEST(reply.body.find("content=\"0; url=/login?to=/in/a%20file\">") != std::string::npos, reply.body);
  for (const char* way :
       {"/in/%22%3e%3cscript%3e", "/in/\"><script>", "/in/'%3e", "/in/%0d%0aX-A:b", "/in/?%22%3e"}) {
    const std::string body = site.client().get(way).body;
    BOOST_TEST(body.find("<script") == std::string::npos, body);
    BOOST_TEST(body.find("\"0; url=/login?to=/in/") != std::string::npos, body);
    BOOST_TEST(body.substr(body.find("url=")).find("\">") == body.substr(body.find("url=")).size() - 2, body);
  }
}

BOOST_AUTO_TEST_CASE(a_rule_of_a_place_holds) {
  const Gateway gateway;
  const std::string user = gateway.process.log_in(R"({"user":"alice"})");
  const std::string admin = gateway.process.log_in(R"({"user":"root","groups":["admin"]})");
  ApacheSite site(gateway);
  site.start();
  for (const char* way :
       {"/in/admin/file", "//in//admin/file", "/in/%61dmin/file", "/open/../in/admin/file"}) {
    BOOST_TEST(site.client().get(way, {cookie_line(user)}).status == 403, way);
    BOOST_TEST(site.client().get(way, {cookie_line(admin)}).body == kContent, way);
  }
}

BOOST_AUTO_TEST_CASE(no_spelling_of_a_forged_identity_header_reaches_an_application) {
  const Gateway gateway;
  const std::string cookie = gateway.process.log_in(R"({"user":"alice","groups":["a","b"]})");
  ApacheSite site(gateway);
  site.start();
  for (const std::string& line : forged_identities()) {
    const HeaderLines headers = {cookie_line(cookie), line, "X-Session-Cookie: forged=1"};
    BOOST_TEST(identity_in(site.client().get("/in/app/x", headers)) == kAlice, line);
    BOOST_TEST(identity_in(site.client().get("/open/app/x", headers)).find("request") == std::string::npos,
               line);
    BOOST_TEST(site.client().get("/in/fastcgi/x", headers).status == 200);
    BOOST_TEST(site.params().find("mallory") == std::string::npos, line);
    BOOST_TEST(has_line(site.params(), "HTTP_X_AUTH_REQUEST_USER=alice"));
    BOOST_TEST(site.client().get("/open/fastcgi/x", headers).status == 200);
    BOOST_TEST(site.params().find("HTTP_X_AUTH_REQUEST") == std::string::npos, line);
  }
}

BOOST_AUTO_TEST_CASE(the_secret_of_the_listener_is_sent_and_reaches_no_application_with_http) {
  const Gateway gateway;
  const std::string cookie = gateway.process.log_in(R"({"user":"alice"})");
  ApacheSite site(gateway);
  site.start();
  const Reply reply = site.client().get("/in/app/x", {cookie_line(cookie)});
  BOOST_TEST(reply.status == 200);
  BOOST_TEST(reply.body.find(kSecret) == std::string::npos);
  ApacheSite without(gateway);
  write_file(without.dir / "secret.conf", "");
  without.start();
  BOOST_TEST(without.client().get("/in/file", {cookie_line(cookie)}).status == 403);
  BOOST_TEST(without.client().get("/session", {cookie_line(cookie)}).status == 403);
}

BOOST_AUTO_TEST_CASE(a_visitor_logs_in_reads_the_session_and_logs_out) {
  const Gateway gateway;
  ApacheSite site(gateway);
  site.start();
  Client browser = site.client();
  browser.keep_cookies();
  BOOST_TEST(browser.get("/in/file").status == 401);
  BOOST_TEST(browser.get("/session").status == 401);
  BOOST_TEST(browser.post("/log-in", R"({"set":{"user":"alice","card":1}})").status == 200);
  BOOST_TEST(browser.get("/in/file").body == kContent);
  BOOST_TEST(browser.get("/session").body == "{\"user\":\"alice\"}\n");
  BOOST_TEST(browser.post("/session", R"({"set":{"user":"root"}})").status == 403);
  BOOST_TEST(browser.send("DELETE", "/session", {"Sec-Fetch-Site: cross-site"}).status == 403);
  BOOST_TEST(browser.send("DELETE", "/session", {"Sec-Fetch-Site: same-origin"}).status == 204);
  BOOST_TEST(browser.get("/in/file").status == 401);
  BOOST_TEST(browser.get("/session").status == 401);
}

BOOST_AUTO_TEST_CASE(a_cookie_under_an_old_key_passes_and_is_renewed_by_every_page) {
  const Gateway gateway;
  const std::string cookie = gateway.process.log_in(R"({"user":"alice"})");
  gateway.process.reconfigure("keys: [",
                              "keys: [{ id: k2, value: 'the second key of all the wire tests' }, ");
  (void)gateway.process.reload();
  ApacheSite site(gateway);
  site.start();
  for (const char* place : {"/in/file", "/in/app/x", "/in/fastcgi/x"}) {
    const Reply page = site.client().get(place, {cookie_line(cookie)});
    BOOST_TEST(page.status == 200);
    BOOST_TEST(!page.has("cache-control"));  // the page's own, which has none
    const std::string renewed = page.cookie("session");
    BOOST_TEST(renewed.starts_with("v1.k2."));
    BOOST_TEST(!site.client().get(place, {cookie_line(renewed)}).has("set-cookie"));
  }
}

BOOST_AUTO_TEST_CASE(a_gateway_that_is_gone_lets_nobody_in) {
  Gateway gateway;
  const std::string cookie = gateway.process.log_in(R"({"user":"alice"})");
  ApacheSite site(gateway);
  site.start();
  BOOST_TEST(site.client().get("/in/file", {cookie_line(cookie)}).status == 200);
  gateway.process.signal(SIGTERM);
  BOOST_TEST(gateway.process.wait() == 0);
  site.lets_nobody_in({cookie_line(cookie)});
  BOOST_TEST(site.client().get("/in/file", {cookie_line(cookie)}).status >= 500);
  BOOST_TEST(site.client().get("/open/file").body == kContent);
}

BOOST_AUTO_TEST_CASE(ten_thousand_requests_are_answered_without_a_failure) {
  const Gateway gateway;
  const std::string cookie = gateway.process.log_in(R"({"user":"alice"})");
  ApacheSite site(gateway);
  site.start();
  Client client = site.client();
  for (int i = 0; i < 5000; ++i) {
    BOOST_REQUIRE(client.get("/in/file", {cookie_line(cookie)}).body == kContent);
    BOOST_REQUIRE(client.get("/in/file").status == 401);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
