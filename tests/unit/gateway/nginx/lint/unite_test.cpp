// One finding where one include is the answer.

#include "tests/support/linting.h"

using namespace session::gateway;

namespace {

const std::string kHeaders =
    "X-Auth-Request-User, X-Auth-Request-Email and X-Auth-Request-Groups are not set";

}  // namespace

BOOST_AUTO_TEST_SUITE(one_finding)

BOOST_AUTO_TEST_CASE(a_location_without_the_include_has_one_finding) {
  const std::string include = "include session-gateway-public.conf;";
  BOOST_TEST(
      in_server("location / { proxy_pass http://app; }\n" + protected_with("")) ==
      finding("site.conf:1: danger: location /: " + kHeaders +
                  " in this open place: the client's own reach the application; the session cookie reaches "
                  "the application, which can leak it",
              include));
  BOOST_TEST(
      in_server("location / { proxy_hide_header X-Powered-By; proxy_pass http://app; }\n" +
                protected_with("")) ==
      finding("site.conf:1: danger: location /: " + kHeaders +
                  " in this open place: the client's own reach the application; X-Session-Set of the "
                  "application, meant for the gateway, reaches browsers; the session cookie reaches the "
                  "application, which can leak it",
              include));
}

BOOST_AUTO_TEST_CASE(a_check_by_hand_has_one_finding) {
  BOOST_TEST(
      in_server("location /a/ { auth_request /_session/auth; set $session_not_included ''; proxy_pass "
                "http://app; }\n" +
                protected_with("")) ==
      finding("site.conf:1: danger: location /a/: " + kHeaders +
                  ": the client's own reach the application; the session cookie reaches the application, "
                  "which can leak it; a session cookie that the gateway renews does not reach the browser",
              "include session-gateway-protect.conf; in place of the lines for the check and the headers"));
}

BOOST_AUTO_TEST_CASE(an_inner_location_without_the_include_has_one_finding) {
  const std::string said = in_server(
      "location /a/ { include session-gateway-protect.conf; proxy_pass http://app;\n"
      "location /a/in/ { proxy_set_header X-Other 1; proxy_pass http://app; } }");
  BOOST_TEST(said == finding("site.conf:2: danger: location /a/in/: " + kHeaders +
                                 ": the client's own reach the application; the session cookie reaches the "
                                 "application, which can leak it; has the check without "
                                 "session-gateway-protect.conf: it answers 403 to whoever asks for it, and "
                                 "lets in whom a rewrite of another protected location leads here",
                             "include session-gateway-protect.conf;"));
}

BOOST_AUTO_TEST_CASE(other_protocols_have_includes_of_their_own) {
  for (const std::string kind : {"grpc", "uwsgi"}) {
    const std::string pass = kind + "_pass " + (kind == "grpc" ? "grpc://" : "") + "127.0.0.1:5000;";
    BOOST_TEST(in_server("location /a/ { include session-gateway-protect.conf; " + pass + " }")
                   .ends_with("write: include session-gateway-protect-" + kind + ".conf;\n"));
    const std::string site =
        "location / { " + pass + " }\nlocation /a/ { include session-gateway-protect.conf; " + pass + " }";
    const std::string said = in_server(site);
    BOOST_TEST(said.find("write: include session-gateway-public.conf; include session-gateway-public-" +
                         kind + ".conf;\n") != std::string::npos,
               said);
    BOOST_TEST(std::count(said.begin(), said.end(), '\n') == 4, said);
  }
  const std::string scgi =
      in_server("location /a/ { include session-gateway-protect.conf; scgi_pass 127.0.0.1:5000; }");
  BOOST_TEST(
      scgi.find("scgi_param HTTP_X_AUTH_REQUEST_USER $session_user; scgi_param HTTP_X_AUTH_REQUEST_EMAIL "
                "$session_email;") != std::string::npos,
      scgi);
}

BOOST_AUTO_TEST_CASE(an_include_that_would_set_a_header_twice_is_not_the_answer) {
  const std::string said = in_server(
      "location / { proxy_set_header Cookie ''; proxy_hide_header X-Powered-By; proxy_pass http://app; }\n" +
      protected_with(""));
  BOOST_TEST(said.find("write: proxy_set_header X-Auth-Request-User \"\";") != std::string::npos, said);
  BOOST_TEST(said.find("write: proxy_hide_header X-Session-Set;") != std::string::npos, said);
}

BOOST_AUTO_TEST_SUITE_END()
