// Places whose check asks for less than that of another one with the same files or application.

#include "tests/support/linting.h"

using namespace session::gateway;

namespace {

const std::string kProtect = "include session-gateway-protect.conf; ";
const std::string kAdmin = "set $session_require admin; " + kProtect;
const std::string kAnybody = "set $session_login \"\"; " + kProtect;
const std::string kApp = "proxy_pass http://app; ";

std::string location(const std::string& head, const std::string& lines) {
  return "location " + head + " { " + lines + " }\n";
}

// The protected files of administrators on line 1, and these lines from line 2 on.
std::string beside_files(const std::string& lines, const std::string& check = kAdmin) {
  return in_server(location("/admin/", check + "root /srv;") + lines);
}
std::string beside_application(const std::string& lines, const std::string& check = kAdmin) {
  return in_server(location("/admin/", check + kApp) + lines);
}

std::string serves(const std::string& place, const std::string& without, const std::string& address) {
  return finding("site.conf:2: danger: " + place +
                     " serves files of the protected location /admin/ (site.conf:1), without asking for " +
                     without + ": " + address,
                 "files of location /admin/ in a directory that no other place serves");
}

std::string asks(const std::string& place, const std::string& without, const std::string& address,
                 const std::string& write) {
  return finding("site.conf:2: danger: " + place +
                     " asks the application for what the protected location /admin/ (site.conf:1) guards, "
                     "without asking for " +
                     without + ": " + address,
                 "in " + place + ": " + write);
}

std::string takes(const std::string& pattern, const std::string& how) {
  return finding("site.conf:2: danger: location " + pattern +
                     " has a check that does not ask for admin, and takes what it matches away from "
                     "location /admin/ (site.conf:1), which has one: " +
                     how,
                 "location ^~ /admin/ { there; or in location " + pattern + ": set $session_require admin;");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(lint_check_requirements)

BOOST_AUTO_TEST_CASE(the_same_files_by_a_check_that_asks_for_less_are_told) {
  BOOST_TEST(beside_files(location("/f/", kProtect + "alias /srv/;")) ==
             serves("location /f/", "admin", "/f/admin/x"));
  BOOST_TEST(beside_files(location("/f/", kAnybody + "alias /srv/admin/;"), kProtect) ==
             serves("location /f/", "login", "/f/x"));
  BOOST_TEST(beside_files(location("/f/", kAnybody + "alias /srv/admin/;")) ==
             serves("location /f/", "admin and login", "/f/x"));
  BOOST_TEST(beside_files(location("/f/", kAdmin + "alias /srv/;")) == "");
  // Who is asked for more there is asked for less here.
  BOOST_TEST(beside_files(location("/f/", "set $session_require staff,admin; " + kProtect + "alias /srv/;"))
                 .find("location /f/ serves") == std::string::npos);
  BOOST_TEST(beside_files(location("/f/", kProtect + "alias /srv/other/;")) == "");
  BOOST_TEST(beside_files(location("/f/", kProtect + "alias /srv/; deny all;")) == "");
  BOOST_TEST(beside_files(location("/f/", kProtect + "alias /srv/; internal;")) == "");
}

BOOST_AUTO_TEST_CASE(the_same_application_by_a_check_that_asks_for_less_is_told) {
  const std::string admin = "set $session_require admin;";
  BOOST_TEST(beside_application(location("/api/", kProtect + "proxy_pass http://app/;")) ==
             asks("location /api/", "admin", "/api/admin/x", admin));
  BOOST_TEST(beside_application(location("/old/", "set $session_require staff; " + kProtect +
                                                      "rewrite ^/old/(.*)$ /admin/$1 break; " + kApp)) ==
             asks("location /old/", "admin", "/old/x", "set $session_require admin,staff;"));
  BOOST_TEST(beside_application(location("/cart/", kAnybody + "proxy_pass http://app/;"), kProtect) ==
             asks("location /cart/", "login", "/cart/admin/x", "set $session_login login;"));
  BOOST_TEST(beside_application(location("/api/", kAdmin + "proxy_pass http://app/;")) == "");
  BOOST_TEST(beside_application(location("/api/", kProtect + "proxy_pass http://app/api/;")) == "");
}

BOOST_AUTO_TEST_CASE(a_part_of_a_site_for_fewer_people_is_no_finding) {
  const std::string whole = location("/", kProtect + kApp);
  BOOST_TEST(beside_application(whole) == "");
  BOOST_TEST(beside_application(whole + location("/cart/", kAnybody + kApp)) == "");
  BOOST_TEST(beside_files(location("/", kProtect + "root /srv;")) == "");
  BOOST_TEST(beside_files(location("/", kProtect + "root /srv; try_files $uri $uri/ =404;")) == "");
  BOOST_TEST(beside_application(location("/api/", kProtect + "proxy_pass http://app/api/;") +
                                location("/api/admin/", kAdmin + "proxy_pass http://app/api/admin/;")) == "");
  BOOST_TEST(in_server(location("/", kAdmin + kApp) + location("~ \\.jpg$", kProtect + kApp) +
                       location("/pub/", kProtect + kApp)) == "");
}

BOOST_AUTO_TEST_CASE(a_pattern_with_a_check_that_asks_for_less_takes_requests_away) {
  BOOST_TEST(beside_files(location("~ \\.txt$", kProtect + "root /srv;")) ==
             takes("~ \\.txt$", "it serves the same files"));
  BOOST_TEST(beside_application(location("~ \\.txt$", kProtect + kApp)) ==
             takes("~ \\.txt$", "it passes requests to the same program"));
  BOOST_TEST(beside_application(location("~ \\.txt$", kAdmin + kApp)) == "");
  // What begins with the protected name is meant for that part of it.
  BOOST_TEST(beside_application(location("~ ^/admin/help/", kProtect + kApp)) == "");
}

BOOST_AUTO_TEST_CASE(a_pattern_that_asks_for_more_is_not_reached_behind_one_that_asks_for_less) {
  const auto site = [](const std::string& check) {
    return in_server(
        location("~ ^/admin/", kAdmin + kApp) +
        location("/", "include session-gateway-public.conf; " + kApp + location("~ \\.txt$", check + kApp)));
  };
  BOOST_TEST(site(kProtect) ==
             finding("site.conf:2: danger: location ~ \\.txt$ has a check that does not ask for admin, and "
                     "takes /admin/.txt from location ~ ^/admin/ (site.conf:1), which has one: it passes "
                     "requests to the same program",
                     "in location ~ \\.txt$: set $session_require admin;"));
  BOOST_TEST(site(kAdmin) == "");
}

BOOST_AUTO_TEST_CASE(a_check_whose_words_are_unknown_is_compared_with_none) {
  const std::string other = "alias /srv/; ";
  for (const std::string check :
       {"set $session_require $host; ", "if ($host = a.test) { set $session_require staff; } ",
        "set $session_require nobody; "})
    BOOST_TEST(
        beside_files(location("/f/", check + kProtect + other)).find("serves files") == std::string::npos,
        check);
  // It refuses everybody, since the include is missing.
  BOOST_TEST(beside_files(location("/f/", "auth_request /_session/auth; " + other)).find("serves files") ==
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_check_of_ones_own_asks_for_what_its_location_says) {
  const auto check = [](const std::string& rules) {
    return location("= /check",
                    "internal; fastcgi_pass session_gateway; fastcgi_param GATEWAY_ENDPOINT auth; "
                    "fastcgi_param GATEWAY_REQUIRE " +
                        rules + ";");
  };
  const std::string place = location("/f/", "auth_request /check; alias /srv/;");
  const std::string told =
      "location /f/ serves files of the protected location /admin/ (site.conf:1), "
      "without asking for admin: /f/admin/x";
  BOOST_TEST(beside_files(place + check("login")).find(told) != std::string::npos);
  BOOST_TEST(beside_files(place + check("login,admin")).find("serves files") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_request_that_limit_except_refuses_does_not_keep_what_its_location_asks_for) {
  const auto site = [](const std::string& lines, const std::string& check) {
    return in_server(location("/admin/", "set $session_require admin; error_page 403 = @other;\n" + kProtect +
                                             lines + kApp) +
                     location("@other", check + kApp));
  };
  const std::string limit = "limit_except POST { deny all; } ";
  BOOST_TEST(site(limit, kProtect) ==
             finding("site.conf:1: danger: a request that limit_except refuses goes on to location @other "
                     "(site.conf:3), which has a check that does not ask for admin and passes it to the "
                     "application",
                     "in location @other: set $session_require admin;"));
  BOOST_TEST(site(limit, kAdmin) == "");
  BOOST_TEST(site("", kProtect) == "");
}

BOOST_AUTO_TEST_SUITE_END()
