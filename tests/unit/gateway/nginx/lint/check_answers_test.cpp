// Who answers the checks: each bad example beside its mended one.

#include "tests/support/linting.h"

using namespace session::gateway;

namespace {

// Returns a site whose check goes to an upstream with these servers, beside a location with other lines.
std::string checked_by(const std::string& servers, const std::string& other, const std::string& http = "") {
  const NginxFiles files;
  files.write("nginx.conf",
              "http { include session-gateway-http.conf; " + http +
                  "\nupstream session_gateway { keepalive 8; server unix:/run/gateway.sock; " + servers +
                  " }\nserver { include session-gateway-server.conf;\nlocation /account/ { include "
                  "session-gateway-protect.conf; root /srv; }\n" +
                  other + " } }");
  return files.lint(kSomeRules, false);
}

std::string told_of(const std::string& severity, const std::string& address, const std::string& owner) {
  return severity + ": the checks of location = /_session/auth go to " + address + ", too, which is " + owner;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(check_answers)

BOOST_AUTO_TEST_CASE(a_program_beside_the_gateway_gets_no_checks) {
  const std::string php = "location = /login { fastcgi_param HTTP_COOKIE ''; fastcgi_pass 127.0.0.1:9000; }";
  const std::string told = told_of("danger", "127.0.0.1:9000",
                                   "where location = /login (nginx.conf:5) passes requests: a 2xx of that "
                                   "program lets everybody in");
  for (const char* servers : {"server 127.0.0.1:9000 backup;", "server localhost:9000;"})
    BOOST_TEST(checked_by(servers, php).find(told) != std::string::npos, servers);
  BOOST_TEST(checked_by("server unix:/run/second.sock backup;", php) == "");
  BOOST_TEST(checked_by("server 127.0.0.1:9000 backup;", "") == "");
}

BOOST_AUTO_TEST_CASE(a_server_of_another_upstream_may_be_another_program) {
  const std::string told =
      told_of("advice", "unix:/run/app.sock",
              "a server of upstream app (nginx.conf:1): whom that lets in can't be told");
  const std::string app = "upstream app { server unix:/run/app.sock; }";
  BOOST_TEST(checked_by("server unix:/run/app.sock backup;", "", app).find(told) != std::string::npos);
  BOOST_TEST(checked_by("server unix:/run/second.sock backup;", "", app) == "");
  // Another name for the gateway.
  BOOST_TEST(checked_by("",
                        "location = /session { fastcgi_param GATEWAY_ENDPOINT session; fastcgi_keep_conn "
                        "on; fastcgi_pass again; }",
                        "upstream again { keepalive 2; server unix:/run/gateway.sock; }")
                 .find("whom that lets in") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(who_takes_the_gateways_words_asks_the_gateway) {
  const auto site = [](const std::string& taken) {
    return in_server(
        "location = /check { internal; proxy_set_header Cookie ''; proxy_pass "
        "http://127.0.0.1:4180; }\nlocation /a/ {\nauth_request /check; root /srv; " +
        taken + " }\n" + protected_with(""));
  };
  const std::string told =
      "site.conf:3: advice: auth_request /check is answered by location = /check (site.conf:1), which does "
      "not ask session-gateway, as far as gateway.yaml says, though location /a/ takes what only the gateway "
      "answers: whom it "
      "lets in can't be told";
  BOOST_TEST(site("auth_request_set $c $upstream_http_x_session_cookie;").find(told) != std::string::npos);
  BOOST_TEST(site("set $session_not_included '';").find(told) != std::string::npos);
  // Another service's check, of which nothing is expected.
  BOOST_TEST(site("auth_request_set $who $upstream_http_x_auth_request_user;") == "");
}

BOOST_AUTO_TEST_SUITE_END()
