// What makes each check cost a connect: each bad example beside its mended one.

#include "tests/support/linting.h"

using namespace session::gateway;

namespace {

std::string session_with(const std::string& lines) {
  return in_server(
      "location = /session { fastcgi_param GATEWAY_ENDPOINT session; fastcgi_param HTTP_HOST $host;\n" +
      lines + "\n}\n" + protected_with(""));
}

std::string site_with(const std::string& upstream, const std::string& lines) {
  return of_file(
      "http {\n" + upstream + "\nserver { location = /auth {\n" + lines +
      "\ninternal; fastcgi_pass_request_headers off; fastcgi_pass_request_body off; fastcgi_buffer_size 48k; "
      "fastcgi_param GATEWAY_ENDPOINT auth; fastcgi_param GATEWAY_REQUIRE login; fastcgi_param HTTP_COOKIE "
      "$http_cookie; }\n"
      "location /a/ { auth_request /auth; root /srv; auth_request_set $c $upstream_http_set_cookie; "
      "add_header Set-Cookie $c always; } } }");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(speed)

BOOST_AUTO_TEST_CASE(a_check_stores_to_keep_its_connection) {
  const std::string upstream = "upstream gateway { server unix:/g.sock; keepalive 8; }";
  const std::string pass = "fastcgi_pass gateway; fastcgi_keep_conn on;";
  const std::string expected = finding(
      "nginx.conf:3: speed: location = /auth: without fastcgi_store nginx connects anew for every check",
      "fastcgi_store /dev/null/session-gateway;");
  BOOST_TEST(site_with(upstream, pass) == expected);
  BOOST_TEST(site_with(upstream, pass + "fastcgi_store off;") == expected);
  BOOST_TEST(site_with(upstream, pass + "fastcgi_store /dev/null/session-gateway;") == "");
}

BOOST_AUTO_TEST_CASE(connections_to_the_gateway_are_kept) {
  BOOST_TEST(session_with("fastcgi_pass session_gateway;") ==
             finding("site.conf:1: speed: location = /session: the connection to the gateway is closed after "
                     "each request",
                     "fastcgi_keep_conn on;"));
  BOOST_TEST(session_with("fastcgi_pass session_gateway; fastcgi_keep_conn on;") == "");
}

BOOST_AUTO_TEST_CASE(the_gateway_is_an_upstream_with_keepalive) {
  const std::string lines = "fastcgi_keep_conn on; fastcgi_store /dev/null/x; fastcgi_pass ";
  BOOST_TEST(site_with("upstream gateway { server unix:/g.sock; }", lines + "gateway;") ==
             finding("nginx.conf:2: speed: upstream gateway keeps no connection to the gateway open",
                     "keepalive 32;"));
  BOOST_TEST(
      site_with("", lines + "unix:/g.sock;") ==
      finding(
          "nginx.conf:4: speed: unix:/g.sock is no upstream, so no connection to the gateway is kept open",
          "include session-gateway-upstream.conf; at http level, and here: fastcgi_pass session_gateway;"));
  BOOST_TEST(site_with("upstream gateway { server unix:/g.sock; keepalive 8; }", lines + "gateway;") == "");
}

BOOST_AUTO_TEST_SUITE_END()
