// Checks that ask less than their location says: each bad example beside its mended one.

#include "gateway/nginx/lint/rule.h"
#include "tests/support/linting.h"

using namespace session::gateway;

BOOST_AUTO_TEST_SUITE(lint_loosened_checks)

BOOST_AUTO_TEST_CASE(a_check_takes_every_session_where_its_own_location_says_so) {
  const std::string protect = "include session-gateway-protect.conf; ";
  const auto from = [&](const std::string& lines) {
    return in_server("location /x/ { set $session_login \"\"; root /srv;\n" + lines + " }\n" +
                     protected_with("") + "location @account { " + protect + "proxy_pass http://app; }\n");
  };
  const auto along = [](const std::string& title, const std::string& line) {
    return finding("site.conf:2: danger: this leads to " + title + " (site.conf:" + line +
                       "), whose check then takes every session, because location /x/ says so",
                   "in " + title + ": set $session_login login;");
  };
  // Behind a check, session-gateway-protect.conf takes the word back.
  BOOST_TEST(from(protect + "rewrite ^ /account/ last;") == along("location /account/", "3"));
  BOOST_TEST(from(protect + "rewrite ^ /account/;") == along("location /account/", "3"));
  BOOST_TEST(from(protect + "rewrite ^ /account/ break;") == "");
  for (const std::string way :
       {"try_files $uri /account/;", "try_files $uri @account;", "error_page 404 = /account/;"})
    BOOST_TEST(from(protect + way) == "", way);
  BOOST_TEST(from("try_files $uri /account/;") == along("location /account/", "3"));
  BOOST_TEST(from("try_files $uri @account;") == along("location @account", "7"));
  BOOST_TEST(from("error_page 404 = /account/;") == along("location /account/", "3"));
  BOOST_TEST(from("set $session_login login; try_files $uri /account/;") == "");
  BOOST_TEST(in_server("location /x/ { set $session_login \"\"; root /srv; try_files $uri /account/; }\n" +
                       protected_with("set $session_login login;")) == "");
}

BOOST_AUTO_TEST_CASE(no_open_page_shows_a_protected_one) {
  const std::string open = "location / { include session-gateway-public.conf; proxy_pass http://app;\n";
  for (const std::string directive : {"add_before_body", "add_after_body"})
    BOOST_TEST(
        in_server(open + directive + " /account/; }\n" + protected_with("")) ==
        finding("site.conf:2: danger: " + directive +
                    " shows location /account/ (site.conf:3) to everybody who asks for location /: nginx "
                    "runs no check for a part of a page",
                "in location /: include session-gateway-protect.conf;"));
  BOOST_TEST(in_server(open + "add_after_body /footer; }\n" + protected_with("")) == "");
  BOOST_TEST(in_server(protected_with("add_after_body /account/x;")) == "");
}

BOOST_AUTO_TEST_CASE(no_open_page_includes_a_protected_one) {
  const std::string open = "location / { include session-gateway-public.conf; proxy_pass http://app;\n";
  const std::string text = finding(
      "site.conf:2: danger: ssi: pages of location / can include protected ones, for everybody: nginx runs "
      "no "
      "check for a part of a page",
      "in location /: ssi off;");
  BOOST_TEST(in_server(open + "ssi on; }\n" + protected_with("")) == text);
  BOOST_TEST(in_server(open + "ssi off; }\n" + protected_with("")) == "");
  BOOST_TEST(in_server(protected_with("ssi on;")) == "");
  BOOST_TEST(in_server("location / { root /srv; ssi on; }\n" + protected_with("")) == "");
}

BOOST_AUTO_TEST_SUITE_END()
