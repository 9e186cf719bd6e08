// What lint says of the configurations in this repository, as they stand.

#include <algorithm>
#include <sstream>

#include "tests/support/linting.h"
#include "tests/support/places.h"

using namespace session::gateway;

namespace {

std::string source(const std::string& path) {
  std::ostringstream bytes;
  bytes << std::ifstream(session::test::source_root() + "/" + path, std::ios::binary).rdbuf();
  BOOST_REQUIRE(!bytes.str().empty());
  return bytes.str();
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  for (auto at = text.find(what); at != text.npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
  return text;
}

// Line breaks of finding() within one.
std::string at(const std::string& line, const std::string& text, const std::string& write) {
  return finding("nginx.conf:" + line + ": " + text, write);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(projects)

BOOST_AUTO_TEST_CASE(the_demo_is_fine_with_its_own_configuration_and_with_the_default_one) {
  const NginxFiles files;
  files.write("nginx.conf", source("conf/demo/nginx.conf"));
  for (const char* name : {"demo-app.conf", "demo-protected.conf"})
    files.write(name, source("conf/demo/" + std::string(name)));
  BOOST_TEST(
      files.lint("rules: { admin: { /user: { exists: true } }, fresh: { authenticated_within: 1m } }") == "");
  // As conf/demo/run does.
  const std::string http = source("conf/nginx/session-gateway-http.conf");
  std::filesystem::remove(files.path / "session-gateway-http.conf");
  files.write("session-gateway-http.conf", replaced(http, "__Host-session", "demo_session"));
  for (const char* name : {"admin", "console", "health", "server", "session", "sessions"}) {
    const std::string file = "session-gateway-" + std::string(name) + ".conf";
    std::filesystem::remove(files.path / file);
    files.write(file,
                replaced(source("conf/nginx/" + file), "/etc/session-gateway/nginx/secret", "nginx-secret"));
  }
  const std::string secret(32, 's');
  files.write("nginx-secret.conf", "fastcgi_param GATEWAY_SECRET " + secret + ";\n");
  BOOST_TEST(
      files.lint(replaced(source("conf/demo/gateway.yaml"), "file: nginx.secret", "value: " + secret)) == "");
}

BOOST_AUTO_TEST_CASE(the_files_of_conf_nginx_are_fine_together) {
  BOOST_TEST(
      of_file(
          "http { include session-gateway-upstream.conf; include session-gateway-http.conf;\n"
          "server { include session-gateway-server.conf; include session-gateway-health.conf;\n"
          "location / { include session-gateway-public.conf; proxy_pass http://127.0.0.1:3000; }\n"
          "location /php { include session-gateway-public.conf; include fastcgi_params;\n"
          "fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name; fastcgi_pass "
          "unix:/run/php.sock; }\n"
          "location /account/ { include session-gateway-protect.conf; proxy_pass http://127.0.0.1:3000; }\n"
          "location ~ \\.php$ { include session-gateway-protect.conf; include fastcgi_params;\n"
          "fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name; fastcgi_pass "
          "unix:/run/php.sock; }\n"
          "location = /session { include session-gateway-session.conf; } } }") == "");
}

// The site of the end-to-end tests. Of its three servers the first has one location that was forgotten and
// one that lets browsers set everything, for the tests; the second is fine; and the third is what people
// write who have not read the files.
struct EndToEndSite {
  EndToEndSite() {
    usage = replaced(source("tests/e2e/site.conf"), "@CONF@/", "");
    usage = replaced(replaced(usage, "@GATEWAY@", "/g.sock"), "@DIR@", "/nonexistent");
    usage = replaced(usage, "/etc/nginx/fastcgi_params", "fastcgi_params");
    files.write("nginx.conf", usage);
    files.write("fastcgi_params",
                "fastcgi_param CONTENT_LENGTH $content_length;\nfastcgi_param GATEWAY_INTERFACE CGI/1.1;\n");
  }
  // Lines of site.conf may move: where these stand, found by what is in them.
  [[nodiscard]] std::string line(const std::string& text, int before = 0) const {
    const auto found = usage.find(text);
    BOOST_REQUIRE_MESSAGE(found != std::string::npos, "site.conf has no longer: " << text);
    return std::to_string(
        std::count(usage.begin(), usage.begin() + static_cast<std::ptrdiff_t>(found), '\n') + 1 - before);
  }

  // What lint says of a location of others that includes nothing.
  [[nodiscard]] std::string cookie_of_tenant(const std::string& location) const {
    return at(line(location),
              "danger: " + location +
                  ": the session cookie reaches what is behind this location, and whoever has it has the "
                  "session",
              "include session-gateway-public.conf;");
  }

  [[nodiscard]] std::string page_with_parts() const {
    return at(
        line("ssi on;"),
        "danger: ssi: pages of location /page/ can include protected ones, for everybody: nginx runs no "
        "check for a part of a page",
        "in location /page/: ssi off;");
  }
  [[nodiscard]] std::string places_without_a_check() const {
    return at(line("satisfy any;"),
              "danger: satisfy any beside auth_request: whoever an allow or auth_basic line lets in needs no "
              "session",
              "satisfy all;") +
           at(line("auth_request off;"),
              "advice: auth_request off opens location /outer/open/, which lies in the protected location "
              "/outer/",
              "include session-gateway-protect.conf; or, if it is to be open, a location outside of the "
              "protected one");
  }
  [[nodiscard]] std::string right_that_goes_along() const {
    return at(line("try_files $uri /inner/tenant/x;"),
              "danger: this leads to location /inner/tenant/ (nginx.conf:" + line("location /inner/tenant/") +
                  "), where it still holds that location /to-inner/ may commit: what is behind it can log "
                  "visitors in as anybody, with X-Accel-Redirect",
              "in location /inner/tenant/: set $session_commit \"\";");
  }
  [[nodiscard]] std::string forgotten(const std::string& location) const {
    return at(line(location),
              "advice: " + location +
                  " has the check without session-gateway-protect.conf: it answers 403 to whoever asks for "
                  "it, and lets in whom a rewrite of another protected location leads here",
              "include session-gateway-protect.conf;");
  }

  [[nodiscard]] std::string without_params(const std::string& kind, const std::string& location) const {
    return at(line(location + " "),
              "advice: " + location +
                  ": the application gets no REQUEST_METHOD and no other param of the request, since the "
                  "include has "
                  "some params and nginx adds none by itself",
              "include " + kind + "_params;");
  }
  // What lint says of a server that has the application of another one: `head` and so many lines behind it
  // are where, and `guarded` is the location of the other.
  [[nodiscard]] std::string same_application(const std::string& head, int behind, const std::string& guarded,
                                             const std::string& place) const {
    return at(std::to_string(std::stoi(line(head)) + behind),
              "advice: location / of this server asks the application for " + guarded +
                  "x, too, which the protected location " + guarded + " (nginx.conf:" + place +
                  ") of another server guards, without a check: right only if the application itself refuses "
                  "who comes "
                  "without identity headers",
              "in this server, too: location " + guarded + " { include session-gateway-protect.conf; ... }");
  }
  // Ways before the check of a location to one that lacks the include.
  [[nodiscard]] std::string ways_to_forgotten() const {
    std::string all;
    for (const auto& [from, to] :
         {std::pair("early-to-forgotten", "rewrite ^ /account/forgotten/x last"),
          std::pair("returned-to-forgotten", "error_page 410 = /account/forgotten/x")})
      all += at(line(to),
                "danger: this leads to location /account/forgotten/ (nginx.conf:" +
                    line("location /account/forgotten/") +
                    "), which lacks session-gateway-protect.conf: its check goes by what location /anybody/" +
                    from + "/ asks for",
                "in location /account/forgotten/: include session-gateway-protect.conf;");
    return all;
  }
  [[nodiscard]] std::string word_behind_include() const {
    return at(
        std::to_string(std::stoi(line("location /anybody/behind/")) + 2),
        "advice: $session_login is said too late here: the include above has taken the word, so the check "
        "goes by the default, and what is said here goes along to the next location",
        "this line above the include");
  }
  // A server with nothing but error pages and a protected location.
  [[nodiscard]] std::string lenient_server() const {
    return at(line("listen unix:/nonexistent/lenient.sock", 1),
              "advice: visitors without a session are sent to /login, and no location of this server answers "
              "there",
              "location = /login { include session-gateway-public.conf; proxy_pass http://application; } or, "
              "for a "
              "login page elsewhere, set $session_login_page https://login.example/;") +
           at(std::to_string(std::stoi(line("location = /sorry")) + 1),
              "advice: location /account/: these lines of an outer level end here, since the include has "
              "some of "
              "their kind: error_page 502, 503 and 504 (nginx.conf:" +
                  line("error_page 500 502 503 504 =200") + ")",
              "error_page 502 503 504 =200 /sorry;");
  }
  // The last server, whose location names few of the lines of session-gateway-protect.conf.
  [[nodiscard]] std::string check_by_hand() const {
    const std::string account = line("auth_request /auth;", 1);
    const auto line_of = [](const std::string& header, const std::string& variable) {
      return "auth_request_set $session_" + variable + " $upstream_http_x_auth_request_" + variable +
             "; proxy_set_header X-Auth-Request-" + header + " $session_" + variable + ";";
    };
    const std::string headers =
        at(account,
           "danger: location /account/: X-Auth-Request-User, X-Auth-Request-Email and X-Auth-Request-Groups "
           "are not "
           "set: the client's own reach the application",
           line_of("User", "user") + " " + line_of("Email", "email") + " " + line_of("Groups", "groups"));
    return headers +
           at(account,
              "advice: location /account/: the session cookie reaches the application, which can leak it",
              "auth_request_set $session_cookie $upstream_http_x_session_cookie; proxy_set_header Cookie "
              "$session_cookie;") +
           at(account,
              "advice: location /account/: a session cookie that the gateway renews does not reach the "
              "browser",
              "auth_request_set $session_set_cookie $upstream_http_set_cookie; add_header Set-Cookie "
              "$session_set_cookie always;");
  }

  NginxFiles files;
  std::string usage;
};

BOOST_FIXTURE_TEST_CASE(the_site_of_the_end_to_end_tests_has_what_it_is_meant_to_have, EndToEndSite) {
  const std::string auth = line("location = /auth ");
  BOOST_TEST(
      files.lint() ==
      finding("fastcgi_params:1: advice: the length of the client's body is passed to the check in location "
              "= /auth, "
              "which has none",
              "fastcgi_param CONTENT_LENGTH \"\";") +
          same_application("location / {", 0, "/checked/", line("location /checked/ {")) +
          forgotten("location /admin/forgotten/") +
          at(line("$session_require amdin"),
             "advice: gateway.yaml has no rule amdin, so nobody satisfies it, and this answers 403; did you "
             "mean "
             "admin?",
             "admin in place of amdin") +
          without_params("uwsgi", "location /uwsgi/") + without_params("uwsgi", "location /uwsgi/open/") +
          places_without_a_check() +
          at(line("GATEWAY_ALLOW set,unset"),
             "danger: location = /session lets browsers set any attribute: users "
             "can make themselves anybody",
             "fastcgi_param GATEWAY_ALLOW set:theme;") +
          at(line("location /_forgotten/"),
             "advice: location /_forgotten/ has no rule that says who operators are, so the gateway answers "
             "403 to everybody",
             "set $session_require admin;") +
          same_application("listen unix:/nonexistent/http2.sock", 1, "/silenced/checked/",
                           line("location /silenced/checked/")) +
          same_application("listen unix:/nonexistent/tenants.sock", 3, "/admin/",
                           line("location /admin/ {")) +
          page_with_parts() + without_params("fastcgi", "location /fastcgi/") +
          cookie_of_tenant("location /tenant/") + cookie_of_tenant("location @tenant") +
          right_that_goes_along() +
          same_application("listen unix:/nonexistent/broken.sock", 5, "/account/",
                           line("location /account/ {")) +
          same_application("listen unix:/nonexistent/words.sock", 3, "/admin/", line("location /admin/ {")) +
          forgotten("location /account/forgotten/") + word_behind_include() + ways_to_forgotten() +
          lenient_server() +
          at(line("upstream session_gateway_plain"),
             "speed: upstream session_gateway_plain keeps no connection to "
             "the gateway open",
             "keepalive 32;") +
          at(auth, "danger: location = /auth passes every session, also of people who have not logged in",
             "fastcgi_param GATEWAY_REQUIRE login;") +
          at(auth,
             "advice: location = /auth: all headers of the client are passed to the check, which needs the "
             "cookies only",
             "fastcgi_pass_request_headers off; fastcgi_param HTTP_COOKIE $http_cookie if_not_empty;") +
          at(auth,
             "advice: the answer of location = /auth repeats the client's cookies, and nginx takes 32k of "
             "them: "
             "one that does not fit becomes a 503",
             "fastcgi_buffer_size 48k; fastcgi_buffers 4 48k;") +
          at(auth, "speed: location = /auth: without fastcgi_store nginx connects anew for every check",
             "fastcgi_store /dev/null/session-gateway;") +
          at(auth, "speed: location = /auth: the connection to the gateway is closed after each request",
             "fastcgi_keep_conn on;") +
          check_by_hand());
}

BOOST_AUTO_TEST_CASE(what_the_files_hold_cannot_forge_a_line) {
  const std::string out =
      in_server("location \"/a\n\x1b[2Jnginx.conf:1: danger: \xff\" {\nreturn 200; }\n" +
                protected_with("\"location\" \"/account/\r\n\x07\" { auth_request off; return 200; }"));
  for (const char c : out) BOOST_TEST((c == '\n' || (c >= 0x20 && c < 0x7f)));
  BOOST_TEST(out.find("location /account/\\x0d\\x0a\\x07") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
