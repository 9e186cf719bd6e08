// Checks that ask less than their location says: each bad example beside its mended one.

#include "gateway/nginx/lint/rule.h"
#include "tests/support/linting.h"

using namespace session::gateway;

BOOST_AUTO_TEST_SUITE(lint_loosened_checks)

namespace {

const std::string kProtect = "include session-gateway-protect.conf; ";

// A location with these lines beside protected ones, to which they may lead.
std::string from(const std::string& lines, const std::string& account = "") {
  return in_server("location /x/ { root /srv;\n" + lines + " }\n" + protected_with(account) +
                   "location @account { " + kProtect + "proxy_pass http://app; }\n");
}

std::string along(const std::string& title, const std::string& line, bool preflight = false) {
  return finding(
      "site.conf:2: danger: this leads to " + title + " (site.conf:" + line + "), whose check then " +
          (preflight ? "lets preflights through" : "takes every session") + ", because location /x/ says so",
      "in " + title + ": " + (preflight ? "set $session_preflight \"\";" : "set $session_login login;"));
}

const std::string kAnybody = "set $session_login \"\"; ";

}  // namespace

BOOST_AUTO_TEST_CASE(a_check_takes_every_session_where_its_own_location_says_so) {
  BOOST_TEST(from(kAnybody + "try_files $uri /account/;") == along("location /account/", "3"));
  BOOST_TEST(from(kAnybody + "try_files $uri @account;") == along("location @account", "7"));
  BOOST_TEST(from(kAnybody + "error_page 404 = /account/;") == along("location /account/", "3"));
  BOOST_TEST(from(kAnybody + "rewrite ^ /account/ last;") == along("location /account/", "3"));
  BOOST_TEST(from(kAnybody + "rewrite ^ /account/ break;") == "");
  BOOST_TEST(from(kAnybody + "set $session_login login; try_files $uri /account/;") == "");
  BOOST_TEST(from(kAnybody + "try_files $uri /account/;", "") != "");
  BOOST_TEST(in_server("location /x/ { set $session_login \"\"; root /srv; try_files $uri /account/; }\n"
                       "location /account/ { set $session_login login; " +
                       kProtect + "proxy_pass http://app; }\n") == "");
}

BOOST_AUTO_TEST_CASE(the_include_takes_the_word_so_that_no_way_behind_it_has_it) {
  for (const std::string way :
       {"rewrite ^ /account/ last;", "rewrite ^ /account/;", "try_files $uri /account/;",
        "try_files $uri @account;", "error_page 404 = /account/;",
        "if ($slow_rate) { rewrite ^ /account/ last; }", "error_page 410 = /account/; return 410;"})
    BOOST_TEST(from(kAnybody + "set $session_preflight on; " + kProtect + way).find("this leads to") ==
                   std::string::npos,
               way);
}

BOOST_AUTO_TEST_CASE(above_the_include_the_word_goes_along) {
  for (const std::string way : {"rewrite ^ /account/ last;", "if ($slow_rate) { rewrite ^ /account/ last; }",
                                "error_page 410 = /account/; if ($slow_rate) { return 410; }"}) {
    BOOST_TEST(from(kAnybody + way + kProtect).find(along("location /account/", "3")) != std::string::npos,
               way);
    const std::string preflight = from("set $session_preflight on; " + way + kProtect);
    BOOST_TEST(preflight.find(along("location /account/", "3", true)) != std::string::npos, preflight);
  }
}

BOOST_AUTO_TEST_CASE(a_word_behind_the_include_is_told) {
  const auto late = [](const std::string& name) {
    return finding(
        "site.conf:2: advice: " + name +
            " is said too late here: the include above has taken the word, so the check goes by the "
            "default, and what is said here goes along to the next location",
        "this line above the include");
  };
  BOOST_TEST(from(kProtect + kAnybody) == late("$session_login"));
  BOOST_TEST(from(kProtect + "set $session_preflight on;") == late("$session_preflight"));
  BOOST_TEST(from(kProtect + kAnybody + "try_files $uri /account/;") ==
             along("location /account/", "3") + late("$session_login"));
}

BOOST_AUTO_TEST_CASE(a_way_before_the_check_to_a_location_without_the_include_is_told) {
  const auto site = [](const std::string& way, const std::string& inner) {
    return in_server("location /x/ { " + kAnybody + kProtect + "\n" + way + " }\n" +
                     protected_with("location /account/in/ { " + inner + "proxy_pass http://app; }"));
  };
  const std::string told = "this leads to location /account/in/";
  for (const std::string way :
       {"rewrite ^ /account/in/a last;", "if ($slow_rate) { rewrite ^ /account/in/a; }",
        "error_page 410 = /account/in/a; return 410;"}) {
    BOOST_TEST(site(way, "").find(told) != std::string::npos, way);
    BOOST_TEST(site(way, kProtect).find(told) == std::string::npos, way);
  }
  for (const std::string way : {"rewrite ^ /account/in/a break;", "rewrite ^ /account/a last;"})
    BOOST_TEST(site(way, "").find(told) == std::string::npos, way);
}

BOOST_AUTO_TEST_CASE(a_limit_except_that_allows_something_is_told) {
  const std::string told = finding(
      "site.conf:3: advice: limit_except: nginx runs no `set` of the location for the methods that this "
      "limits, so "
      "the check answers 403 to everybody who sends one of them",
      "if ($request_method !~ ^(GET|HEAD)$) { return 405; } or a location of their own for these requests");
  BOOST_TEST(in_server(protected_with("\nlimit_except GET { allow 10.0.0.0/8; deny all; }")) == told);
  BOOST_TEST(in_server(protected_with("\nlimit_except GET { auth_basic x; auth_basic_user_file y; }")) ==
             told);
  BOOST_TEST(in_server(protected_with("\nlimit_except GET { deny all; }")) == "");
  BOOST_TEST(in_server("location / { include session-gateway-public.conf; proxy_pass http://app;\n"
                       "limit_except GET { allow 10.0.0.0/8; deny all; } }\n" +
                       protected_with(""))
                 .find("limit_except:") == std::string::npos);
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
