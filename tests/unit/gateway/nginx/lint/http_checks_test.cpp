// Locations that ask the gateway by HTTP: what `session-gateway fronts nginx-http` prints, and what differs
// from it.

#include <algorithm>

#include "gateway/fronts/front_files.h"
#include "tests/support/linting.h"

using namespace session::gateway;

namespace {

const std::string kYaml =
    "rules: { admin: { /groups: { contains: admin } } }\n"
    "listen: [{ unix: /run/session-gateway/http.sock, protocol: http, serves: [auth, session] }]\n"
    "checks: { login: {}, admins: { require: [login, admin] } }\n";

const std::string kHeaders =
    "auth_request_set $user $upstream_http_x_auth_request_user; proxy_set_header X-Auth-Request-User $user; "
    "auth_request_set $email $upstream_http_x_auth_request_email; proxy_set_header X-Auth-Request-Email "
    "$email; "
    "auth_request_set $groups $upstream_http_x_auth_request_groups; proxy_set_header X-Auth-Request-Groups "
    "$groups; auth_request_set $cookies $upstream_http_x_session_cookie; proxy_set_header Cookie $cookies; "
    "auth_request_set $renewed $upstream_http_set_cookie; add_header Set-Cookie $renewed always; ";

// An auth location with these lines, whose first is line 2, and what it asks for.
std::string check(
    const std::string& name, const std::string& path,
    const std::string& lines = "proxy_pass_request_body off; proxy_set_header Content-Length '';") {
  return "location = " + name + " {\ninternal; client_max_body_size 0; " + lines +
         "\nproxy_pass http://session_gateway_http" + path + "; }\n";
}

std::string of_server(const std::string& lines, const std::string& yaml = kYaml) {
  const NginxFiles files;
  files.write(
      "nginx.conf",
      "http { upstream session_gateway_http { server unix:/run/session-gateway/http.sock; keepalive 32; }\n"
      "upstream app { server 127.0.0.1:3000; }\n"
      "server { listen 443 ssl; include site.conf; } }\n");
  files.write("site.conf", lines);
  return files.lint(yaml);
}

const std::string kApp = "proxy_pass http://app; }\n";

// Writes what `session-gateway fronts nginx-http` does, in place of the project's other files.
void write_front(const NginxFiles& files) {
  for (const auto& file : std::filesystem::directory_iterator(files.path))
    std::filesystem::remove(file.path());
  const auto settings = load_text("gateway.yaml", kYaml);
  BOOST_REQUIRE(settings.has_value());
  const auto front = std::find_if(fronts().begin(), fronts().end(),
                                  [](const Front& one) { return one.name == "nginx-http"; });
  const auto written = front_files(*front, *settings);
  BOOST_REQUIRE(written.has_value());
  for (const Snippet& file : *written) files.write(std::string(file.name), file.text);
}

bool is_told(const std::string& out, const std::string& text) { return out.find(text) != out.npos; }

}  // namespace

BOOST_AUTO_TEST_SUITE(lint_http_checks)

BOOST_AUTO_TEST_CASE(a_check_asks_for_a_check_of_gateway_yaml) {
  const std::string place = "location /a/ { auth_request /check; " + kHeaders + kApp;
  BOOST_TEST(of_server(check("/check", "/auth/login") + place) == "");
  BOOST_TEST(
      of_server(check("/check", "/session/self") + place) ==
      finding("site.conf:3: danger: auth_request asks the gateway for /session/self: a 2xx of that is no "
              "check, and lets people in",
              "proxy_pass http://session_gateway_http/auth/login;"));
  BOOST_TEST(is_told(of_server(check("/check", "") + place), "asks the gateway for its own address"));
  BOOST_TEST(is_told(of_server(check("/check", "/auth/$arg_check") + place),
                     "danger: the client says what location = /check asks the gateway for ($arg_check)"));
  BOOST_TEST(is_told(of_server(check("/check", "/auth/nobody") + place),
                     "advice: gateway.yaml has no check nobody, so this answers 403 to everybody"));
}

BOOST_AUTO_TEST_CASE(a_listener_is_known_by_its_address_too) {
  const std::string site =
      "location = /check { internal; client_max_body_size 0; proxy_pass_request_body off;\n"
      "proxy_set_header Content-Length '';\n"
      "proxy_pass http://unix:/run/session-gateway/http.sock:/session/self; }\n"
      "location /a/ { auth_request /check; " +
      kHeaders + kApp;
  BOOST_TEST(
      is_told(of_server(site), "write: proxy_pass http://unix:/run/session-gateway/http.sock:/auth/login;"));
}

BOOST_AUTO_TEST_CASE(identity_headers_come_from_the_check_and_nowhere_else) {
  const std::string guarded =
      check("/check", "/auth/login") + "location /a/ { auth_request /check; " + kHeaders + kApp;
  BOOST_TEST(
      is_told(of_server(guarded + "location /b/ { " + kApp),
              "danger: location /b/: X-Auth-Request-User, X-Auth-Request-Email and X-Auth-Request-Groups "
              "are not set in this open place"));
  BOOST_TEST(
      is_told(of_server(check("/check", "/auth/login") + "location /a/ { auth_request /check; " + kApp),
              "are not set: the client's own reach the application"));
}

BOOST_AUTO_TEST_CASE(a_check_announces_no_body_is_not_cached_and_fails_closed) {
  const std::string place = "location /a/ { auth_request /check; " + kHeaders + kApp;
  BOOST_TEST(is_told(of_server(check("/check", "/auth/login", "") + place),
                     "advice: location = /check: a check has no body, and one must not be announced"));
  const std::string lines = "proxy_pass_request_body off; proxy_set_header Content-Length ''; ";
  BOOST_TEST(is_told(of_server(check("/check", "/auth/login", lines + "proxy_cache zone;") + place),
                     "nginx keeps the answers for everybody who asks for the same address"));
  BOOST_TEST(is_told(of_server(check("/check", "/auth/login", lines + "error_page 502 =200 /sorry;") + place),
                     "this error page makes a success of a check that fails"));
}

BOOST_AUTO_TEST_CASE(clients_reach_views_of_sessions_only) {
  const std::string guarded =
      check("/check", "/auth/login") + "location /a/ { auth_request /check; " + kHeaders + kApp;
  const auto open = [&](const std::string& path) {
    return of_server(guarded + "location = /x { proxy_pass http://session_gateway_http" + path + "; }");
  };
  BOOST_TEST(open("/session/self") == "");
  BOOST_TEST(is_told(open("/commit"), "danger: location = /x opens /commit to everybody"));
  BOOST_TEST(is_told(open(""), "danger: location = /x opens all that this listener serves to everybody"));
}

BOOST_AUTO_TEST_CASE(the_secret_goes_to_the_gateway_and_to_nobody_else) {
  const std::string yaml =
      "listen: [{ unix: /run/session-gateway/http.sock, protocol: http, serves: [auth], secret: { value: " +
      std::string(32, 's') + " } }]\n";
  const std::string site =
      check("/check", "/auth/login") + "location /a/ { auth_request /check; " + kHeaders + kApp;
  BOOST_TEST(is_told(of_server(site, yaml), "location = /check does not send the secret of `listen`"));
  BOOST_TEST(is_told(of_server(check("/check", "/auth/login") + "location /a/ { auth_request /check; " +
                               kHeaders + "proxy_set_header X-Gateway-Secret abc; " + kApp),
                     "gives the gateway's secret to an application"));
}

BOOST_AUTO_TEST_CASE(a_check_that_asks_for_less_is_told_with_the_one_to_ask) {
  const std::string site = check("/check", "/auth/login") + check("/admins", "/auth/admins") +
                           "location /a/ { auth_request /admins; " + kHeaders + kApp;
  const std::string out =
      of_server(site + "location /b/ { auth_request /check; " + kHeaders + "proxy_pass http://app/a/; }");
  BOOST_TEST(is_told(out, "without asking for admin: /b/x"), out);
  BOOST_TEST(is_told(out, "write: in location /b/: auth_request /admins;"), out);
}

BOOST_AUTO_TEST_CASE(what_the_command_prints_is_no_finding) {
  const NginxFiles files;
  write_front(files);
  files.write(
      "nginx.conf",
      "http { include session-gateway-upstream.conf;\nserver { listen 443 ssl; client_max_body_size 9m;\n"
      "include session-gateway-server.conf;\n"
      "location / { include session-gateway-protect-login.conf; proxy_pass http://127.0.0.1:8000; }\n"
      "location /admin/ { include session-gateway-protect-admins.conf; proxy_pass http://127.0.0.1:8000; }\n"
      "location /open/ { include session-gateway-public.conf; proxy_pass http://127.0.0.1:8000; } } }\n");
  BOOST_TEST(files.lint(kYaml) == "");
}

BOOST_AUTO_TEST_SUITE_END()
