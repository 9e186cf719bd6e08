// What an `if` changes of what locations say: each bad example beside its mended one.

#include "tests/support/linting.h"

using namespace session::gateway;

namespace {

std::string changes(const std::string& place, const std::string& how, const std::string& variable) {
  return finding(place + ": danger: " + how,
                 "set " + variable + " outside of the if, or in a location of its own");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(choices)

BOOST_AUTO_TEST_CASE(an_if_that_empties_what_the_check_requires_opens_it) {
  BOOST_TEST(
      in_server(protected_with("set $session_require admin;\nif ($http_x_debug) {\nset $session_require "
                               "''; }")) ==
      changes("site.conf:4",
              "if ($http_x_debug) changes what the check requires: $session_require is empty then, and "
              "$http_x_debug is what the client says",
              "$session_require"));
  BOOST_TEST(
      in_server(protected_with("if ($remote_addr = 10.0.0.1) {\nset $session_login ''; }")) ==
      changes("site.conf:3",
              "if ($remote_addr = 10.0.0.1) changes what the check requires: $session_login is empty then",
              "$session_login"));
  BOOST_TEST(in_server(protected_with("if ($uri = /account/a) {\nset $session_require ', ,'; }")) ==
             changes("site.conf:3",
                     "if ($uri = /account/a) changes what the check requires: $session_require is empty then",
                     "$session_require"));
  BOOST_TEST(in_server(protected_with("set $session_require admin;")) == "");
}

BOOST_AUTO_TEST_CASE(an_if_of_a_server_runs_for_the_check_too) {
  BOOST_TEST(in_server("if ($cookie_x) {\nset $session_require ''; }\n" + protected_with("")) ==
             changes("site.conf:2",
                     "if ($cookie_x) changes what the check requires: $session_require is empty then, and "
                     "$cookie_x is what the client says",
                     "$session_require"));
}

BOOST_AUTO_TEST_CASE(a_client_does_not_choose_what_is_required) {
  BOOST_TEST(
      in_server(protected_with("set $session_require admin;\nif ($arg_a = 1) { set $session_require staff; "
                               "}")) ==
      changes("site.conf:3",
              "if ($arg_a = 1) changes what the check requires: the client chooses $session_require, and "
              "$arg_a is what the client says",
              "$session_require"));
  BOOST_TEST(
      in_server(protected_with("if ($http_x_poll) { set $session_touch off; }")) ==
      changes("site.conf:2",
              "if ($http_x_poll) changes what the check requires: the client chooses $session_touch, and "
              "$http_x_poll is what the client says",
              "$session_touch"));
  // A word that another `if` has made of the client's.
  BOOST_TEST(
      in_server(
          protected_with("set $a 0; if ($http_x) { set $a 1; }\nif ($a) { set $session_require staff; }")) ==
      changes("site.conf:3",
              "if ($a) changes what the check requires: the client chooses $session_require, and $a is what "
              "the client says",
              "$session_require"));
}

BOOST_AUTO_TEST_CASE(nginx_may_choose_another_rule) {
  for (const char* condition : {"$remote_addr = 10.0.0.1", "$request_method = POST", "$uri ~ ^/account/x",
                                "-f /x", "-f $request_filename", "$host = a.example"})
    BOOST_TEST(in_server(protected_with("set $session_require a; if (" + std::string(condition) +
                                        ") { set $session_require b; }")) == "",
               condition);
  BOOST_TEST(in_server(protected_with("if ($request_method = POST) { set $session_touch ''; }")) == "");
  BOOST_TEST(in_server(protected_with("if ($http_x) { set $mobile 1; }")) == "");
}

BOOST_AUTO_TEST_CASE(a_method_does_not_choose_what_is_required) {
  const auto site = [](const std::string& rows) {
    return of_file(
        "http { include session-gateway-upstream.conf; include session-gateway-http.conf;\n"
        "map $request_method $need { " +
        rows +
        " }\n"
        "server { include session-gateway-server.conf;\n"
        "location / { set $session_login $need; include session-gateway-protect.conf; root /srv; } } }");
  };
  BOOST_TEST(
      site("default login;\nPOST '';") ==
      finding("nginx.conf:3: danger: what the check requires is empty for POST: the client chooses the "
              "method of its request",
              "the same for every method"));
  BOOST_TEST(site("default login; GET ''; HEAD '';") == "");
  BOOST_TEST(site("default login; POST login;") == "");
}

BOOST_AUTO_TEST_CASE(another_servers_words_are_its_own) {
  BOOST_TEST(of_file("http { include session-gateway-upstream.conf; include session-gateway-http.conf;\n"
                     "server { include session-gateway-server.conf;\n"
                     "location / { include session-gateway-protect.conf; root /srv; } }\n"
                     "server { location / { if ($http_x) { set $session_require ''; } root /other; } } }") ==
             "");
}

BOOST_AUTO_TEST_CASE(a_client_does_not_choose_who_it_is) {
  const auto usage = [](const std::string& lines) {
    return in_server(
        "location / {\n" + lines +
            "\nproxy_set_header X-Remote-User $u; proxy_set_header Cookie \"\"; proxy_pass http://app; }\n"
            "location /account/ { auth_request /_session/auth; set $session_not_included '';\n"
            "include session-gateway-protect.conf; auth_request_set $x $upstream_http_x_remote_user;\n"
            "proxy_set_header X-Remote-User $x; proxy_pass http://app; }\n",
        "identity: { headers: { X-Remote-User: /user } }\n");
  };
  BOOST_TEST(usage("set $u ''; if ($http_x_debug) { set $u admin; }") ==
             finding("site.conf:3: danger: X-Remote-User is set to what the client says ($u): anybody can be "
                     "anybody",
                     "proxy_set_header X-Remote-User \"\";"));
  BOOST_TEST(usage("set $u ''; if ($remote_addr = 10.0.0.1) { set $u monitor; }") == "");
  BOOST_TEST(usage("set $u '';") == "");
}

BOOST_AUTO_TEST_SUITE_END()
