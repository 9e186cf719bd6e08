#pragma once

#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/daemon/wire_gateway.h"
#include "tests/support/e2e/fronts.h"
#include "tests/support/e2e/support.h"
#include "tests/support/server_programs.h"

// The real Apache with mod_authnz_fcgi and the configuration of docs/fronts/apache.md.
namespace session::test {

// What Apache's own configuration says before the one of the page.
inline constexpr const char* kApacheBefore = R"(ServerRoot "@DIR@"
ServerName gateway.test
Listen 127.0.0.1:@PORT@
PidFile "@DIR@/apache.pid"
DefaultRuntimeDir "@DIR@"
Mutex file:@DIR@ default
ErrorLog "@DIR@/apache.log"
LoadModule mpm_event_module @MODULES@/mod_mpm_event.so
LoadModule authn_core_module @MODULES@/mod_authn_core.so
LoadModule authz_core_module @MODULES@/mod_authz_core.so
LoadModule authz_host_module @MODULES@/mod_authz_host.so
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
// are rewritten, and both applications in an open place.
inline constexpr const char* kApacheBehind = R"(
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
)";
inline const std::string kContent = "what the file contains";
inline const std::string kSecret = "the-secret-of-the-listener-for-apache";

// A gateway whose TCP listener has a secret, and whose application commits by HTTP.
struct SecretGateway {
  static gateway::test::WireGateway::Setup setup(const std::string& more) {
    gateway::test::WireGateway::Setup setup;
    setup.yaml = "workers: 2\nrules: { admin: { /groups: { contains: admin } } }\n" + more;
    setup.listen = "  - unix: '@DIR@commit.sock'\n    protocol: http\n    serves: [commit]\n";
    return setup;
  }
  // `more` is what its configuration says besides.
  explicit SecretGateway(const std::string& more = "") : process(setup(more)) {
    const std::string address = "tcp: 127.0.0.1:" + std::to_string(process.port());
    process.reconfigure(address, address + "\n    secret: { value: " + kSecret + " }");
    (void)process.reload();
  }
  gateway::test::WireGateway process;
};

struct ApacheSite {
  explicit ApacheSite(const SecretGateway& gateway)
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
    page = with(front_configuration("apache"), "fcgi://127.0.0.1:9000/",
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
    std::string text = replaced(kApacheBefore + page + behind + kApacheBehind, "@DIR@", dir.path());
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
  // What the page says of a folder with a rule of its own. A test may say something else instead.
  std::string behind =
      "<Location \"/in/admin\">\n    SetEnvIf Request_URI ^ GATEWAY_REQUIRE=login,admin\n</Location>\n";
  std::unique_ptr<Process> process;
};

inline std::string cookie_line(const std::string& cookie) { return "Cookie: theme=dark; session=" + cookie; }

inline bool has_line(const std::string& lines, const std::string& line) {
  return ("\n" + lines).find("\n" + line + "\n") != std::string::npos;
}

}  // namespace session::test
