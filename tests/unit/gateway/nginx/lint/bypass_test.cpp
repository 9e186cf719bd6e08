// What runs before the check, and what leads around it: each bad example beside its mended one.

#include "tests/support/linting.h"

using namespace session::gateway;

BOOST_AUTO_TEST_SUITE(doors)

BOOST_AUTO_TEST_CASE(a_protected_location_by_the_book_is_fine) {
  BOOST_TEST(in_server(protected_with("")) == "");
}

BOOST_AUTO_TEST_CASE(return_beside_the_check_is_an_open_door) {
  const std::string text =
      "return runs before the check of location /account/: everybody gets this answer, without a session too";
  const std::string write =
      "a location of its own for this answer, reached by proxy_pass or root behind the check";
  BOOST_TEST(in_server(protected_with("return 200 \"text\";")) ==
             finding("site.conf:2: danger: " + text, write));
  BOOST_TEST(in_server(protected_with("\nreturn 204;")) == finding("site.conf:3: danger: " + text, write));
  BOOST_TEST(in_server(protected_with("return 403;")) == "");
  BOOST_TEST(in_server("location = /open { return 200 text; }\n" + protected_with("")) == "");
}

BOOST_AUTO_TEST_CASE(an_if_that_answers_is_an_open_door) {
  BOOST_TEST(
      in_server(protected_with("if ($arg_x) {\n return 200 x;\n}")) ==
      finding("site.conf:3: danger: return runs before the check of if in location /account/: everybody gets "
              "this answer, without a session too",
              "a location of its own for this answer, reached by proxy_pass or root behind the check"));
  BOOST_TEST(in_server(protected_with("if ($request_method !~ ^(GET|HEAD)$) { return 405; }")) == "");
}

BOOST_AUTO_TEST_CASE(redirects_beside_the_check_are_everybodys) {
  const std::string mended = "a location of its own without auth_request, with this line in it";
  const auto redirect = [&](const std::string& place) {
    return finding("site.conf:2: advice: this redirect runs before the check of " + place +
                       ": everybody gets it, without a session too",
                   mended);
  };
  for (const char* line :
       {"return 302 /x;", "return https://x.example/;", "rewrite ^ /x redirect;", "rewrite ^ /x permanent;",
        "rewrite ^ https://x.example/;", "rewrite ^ $scheme://x/;"})
    BOOST_TEST(in_server(protected_with(line)) == redirect("location /account/"), line);
  BOOST_TEST(in_server(protected_with("if ($scheme = http) { return 301 https://$host$request_uri; }")) ==
             redirect("if in location /account/"));
  BOOST_TEST(in_server(protected_with("rewrite ^/account/(.*) /account/x/$1 break;")) == "");
}

BOOST_AUTO_TEST_CASE(return_of_a_server_answers_the_check_itself) {
  const std::string expected = finding(
      "site.conf:1: danger: return of a server runs before every check in it, and answers the check itself: "
      "both let everybody in",
      "a location of its own for this answer");
  BOOST_TEST(in_server("return 200;\n" + protected_with("")) == expected);
  BOOST_TEST(in_server("if ($arg_x) { return 200; }\n" + protected_with("")) == expected);
  BOOST_TEST(in_server("if ($scheme = http) { return 301 https://$host$request_uri; }\n" +
                       protected_with("")) == "");
}

BOOST_AUTO_TEST_CASE(satisfy_any_lets_others_in) {
  BOOST_TEST(
      in_server(protected_with("satisfy any; allow 10.0.0.0/8; deny all;")) ==
      finding(
          "site.conf:2: danger: satisfy any beside auth_request: whoever an allow or auth_basic line lets "
          "in needs no session",
          "satisfy all;"));
  BOOST_TEST(in_server(protected_with("satisfy all; allow 10.0.0.0/8; deny all;")) == "");
  BOOST_TEST(in_server("location /open { satisfy any; }" + protected_with("")) == "");
}

BOOST_AUTO_TEST_CASE(a_check_that_is_off_within_a_protected_location_is_told) {
  const std::string inner =
      "location /account/help {\nauth_request off;\ninclude session-gateway-public.conf; proxy_pass "
      "http://app; }";
  BOOST_TEST(
      in_server(protected_with(inner)) ==
      finding(
          "site.conf:3: advice: auth_request off opens location /account/help, which lies in the protected "
          "location /account/",
          "include session-gateway-protect.conf; or, if it is to be open, a location outside of the "
          "protected one"));
  BOOST_TEST(in_server(protected_with("") + inner) == "");
  BOOST_TEST(in_server(protected_with(
                 "location = /account/session { include session-gateway-session.conf; }")) == "");
}

BOOST_AUTO_TEST_CASE(decisions_on_the_clients_spelling_of_the_address_can_be_got_around) {
  const auto expected = [](const std::string& write) {
    return finding(
        "site.conf:2: danger: a decision on $request_uri, which the client can spell in many ways: nginx "
        "routes on $uri",
        write);
  };
  BOOST_TEST(in_server(protected_with("if ($request_uri ~ ^/account/admin) { return 403; }")) ==
             expected("if ($uri ~ ^/account/admin) {"));
  BOOST_TEST(in_server("\nif ($request_uri ~* \"\\.php\") { set $x 1; }\n" + protected_with("")) ==
             expected("if ($uri ~* \\.php) {"));
  BOOST_TEST(in_server(protected_with("if ($uri ~ ^/account/admin) { return 403; }")) == "");
  BOOST_TEST(in_server("\nif ($request_uri = /old) { return 301 /new; }\n" + protected_with("")) == "");
}

BOOST_AUTO_TEST_SUITE_END()
