// Patterns that take requests away from protected locations: each bad example beside its mended one.

#include "tests/support/linting.h"

using namespace session::gateway;

namespace {

const std::string kPattern = "location ~* \\.(pdf|jpg)$ ";

// Protected files on line 1, and these lines from line 2 on.
std::string beside_files(const std::string& lines, const std::string& name = "/private/",
                         const std::string& inner = "") {
  return in_server("location " + name + " { include session-gateway-protect.conf; root /srv;" + inner +
                   " }\n" + lines);
}

std::string takes(const std::string& pattern, const std::string& from, const std::string& how,
                  const std::string& severity = "danger") {
  return finding("site.conf:2: " + severity + ": location " + pattern +
                     " has no check, and takes what it matches away from location " + from +
                     " (site.conf:1), which has one: " + how,
                 "location ^~ " + from + " { there; or in location " + pattern +
                     ": include session-gateway-protect.conf;");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(overtaking)

BOOST_AUTO_TEST_CASE(a_pattern_serves_protected_files_to_everybody) {
  const std::string expected = takes("~* \\.(pdf|jpg)$", "/private/", "it serves the same files");
  BOOST_TEST(beside_files(kPattern + "{ root /srv; expires 1d; }") == expected);
  BOOST_TEST(beside_files(kPattern + "{ root /srv/; }") == expected);
  BOOST_TEST(beside_files(kPattern + "{ root /srv; }", "^~ /private/") == "");
  BOOST_TEST(beside_files(kPattern + "{ include session-gateway-protect.conf; root /srv; }") == "");
  BOOST_TEST(beside_files(kPattern + "{ root /srv; }", "/private/",
                          kPattern + "{ include session-gateway-protect.conf; }") == "");
  BOOST_TEST(beside_files(kPattern + "{ root /other; }") == "");
}

BOOST_AUTO_TEST_CASE(the_root_of_a_server_and_an_alias_are_roots_too) {
  const auto usage = [](const std::string& lines) {
    return in_server(lines + "\n" + kPattern + "{ expires 1d; }\nroot /srv;");
  };
  const std::string expected = takes("~* \\.(pdf|jpg)$", "/private/", "it serves the same files");
  BOOST_TEST(usage("location /private/ { include session-gateway-protect.conf; }") == expected);
  BOOST_TEST(usage("location /private/ { include session-gateway-protect.conf; alias /srv/private/; }") ==
             expected);
  BOOST_TEST(usage("location /private/ { include session-gateway-protect.conf; alias /vault/; }") == "");
}

BOOST_AUTO_TEST_CASE(a_pattern_runs_protected_scripts_for_everybody) {
  const std::string php =
      "location ~ \\.php$ { include session-gateway-public.conf; root /srv; fastcgi_pass "
      "127.0.0.1:9000; }";
  BOOST_TEST(beside_files(php) == takes("~ \\.php$", "/private/", "it runs the scripts there"));
  BOOST_TEST(beside_files(php, "^~ /private/") == "");
}

BOOST_AUTO_TEST_CASE(a_pattern_passes_requests_to_a_protected_program) {
  const auto usage = [](const std::string& lines, const std::string& name = "/private/") {
    return in_server("location " + name +
                     " { include session-gateway-protect.conf; proxy_pass http://app; }\n" + lines);
  };
  const std::string open = "{ include session-gateway-public.conf; proxy_pass http://127.0.0.1:3000; }";
  BOOST_TEST(usage("location ~ \\.json$ " + open) ==
             takes("~ \\.json$", "/private/", "it passes requests to the same program"));
  BOOST_TEST(usage("location ~ ^/private/(a|b)$ " + open) ==
             takes("~ ^/private/(a|b)$", "/private/", "it passes requests to the same program"));
  BOOST_TEST(usage("location ~ ^/assets/ " + open) == "");
  BOOST_TEST(usage("location ~ \\.json$ " + open, "^~ /private/") == "");
  BOOST_TEST(
      usage("location ~ \\.json$ { proxy_set_header Cookie \"\"; proxy_pass http://127.0.0.1:4000; }") == "");
  BOOST_TEST(usage("location ~ \\.css$ { root /srv; }") == "");
}

BOOST_AUTO_TEST_CASE(an_inner_location_is_overtaken_by_patterns_around_the_outer_one) {
  const std::string inner =
      "location /a/ { root /srv; location ^~ /a/b/ { include session-gateway-protect.conf; "
      "root /srv; } }\n";
  BOOST_TEST(
      in_server(inner + kPattern + "{ root /srv; }") ==
      finding("site.conf:2: danger: location ~* \\.(pdf|jpg)$ has no check, and takes what it matches away "
              "from location ^~ /a/b/ (site.conf:1), which has one: it serves the same files",
              "location ^~ /a/ { there; or in location ~* \\.(pdf|jpg)$: include "
              "session-gateway-protect.conf;"));
  BOOST_TEST(
      in_server("location /a/ { root /srv; location ^~ /a/b/ { include session-gateway-protect.conf; root "
                "/srv; }\n" +
                kPattern + "{ root /srv; } }") == "");
}

BOOST_AUTO_TEST_CASE(patterns_that_open_nothing_are_left_alone) {
  for (const char* line :
       {"location ~ /\\. { root /srv; deny all; }", "location ~ \\.pdf$ { root /srv; return 404; }",
        "location ~ ^/\\.well-known/acme-challenge/ { root /srv; }",
        "location ~ /\\.well-known { root /srv; }", "location ~ ^/images/ { root /srv; }",
        "location ~ ^/(?!private/).*\\.jpg$ { root /srv; }", "location ~ \\.pdf$ { root /srv; internal; }",
        "location ~ \\.pdf$ { root /srv; auth_basic x; }", "location ~ (a { root /srv; }",
        "location = /private/a.pdf { root /srv; }"})
    BOOST_TEST(beside_files(line) == "", line);
}

BOOST_AUTO_TEST_CASE(beside_a_check_of_everything_open_places_say_that_they_are_meant_to_be) {
  const auto check = [](const std::string& lines) { return beside_files(lines, "/"); };
  BOOST_TEST(
      check(kPattern + "{ root /srv; }") ==
      finding("site.conf:2: danger: location ~* \\.(pdf|jpg)$ has no check, and takes what it matches away "
              "from location / (site.conf:1), which has one: it serves the same files",
              "in location ~* \\.(pdf|jpg)$: include session-gateway-protect.conf;"));
  BOOST_TEST(check(kPattern + "{ auth_request off; root /srv; }") == "");
  BOOST_TEST(check(kPattern + "{ include session-gateway-public.conf; root /srv; }") == "");
  BOOST_TEST(check("location ~ ^/(css|js)/ { root /srv; }") == "");
}

BOOST_AUTO_TEST_CASE(a_check_that_is_switched_off_for_a_pattern_is_an_advice) {
  BOOST_TEST(beside_files(kPattern + "{ auth_request off; root /srv; }") ==
             takes("~* \\.(pdf|jpg)$", "/private/", "it serves the same files", "advice"));
}

BOOST_AUTO_TEST_CASE(a_place_that_nginx_finds_before_a_protected_pattern_is_told) {
  const std::string pattern =
      "location ~ ^/account/ { include session-gateway-protect.conf; proxy_pass http://app; }\n";
  const auto open = [](const std::string& head, const std::string& lines = "") {
    return "location " + head + " { include session-gateway-public.conf; " + lines +
           " proxy_pass http://app; }\n";
  };
  const auto tells = [](const std::string& out, const std::string& head, const std::string& address) {
    return out.find("location " + head + " has no check, and takes " + address +
                    " from location ~ ^/account/ (site.conf:") != std::string::npos;
  };
  BOOST_TEST(tells(in_server(pattern + open("^~ /acc")), "^~ /acc", "/account/"));
  BOOST_TEST(tells(in_server(pattern + open("/", open("~ \\.txt$"))), "~ \\.txt$", "/account/.txt"));
  BOOST_TEST(tells(in_server(open("~ \\.txt$") + pattern), "~ \\.txt$", "/account/.txt"));
  BOOST_TEST(in_server(pattern + open("~ \\.txt$")) == "");
  BOOST_TEST(in_server(pattern + open("/acc")) == "");
  BOOST_TEST(in_server(pattern + open("/")) == "");
  BOOST_TEST(in_server(pattern + open("^~ /account/open/")) == "");
  BOOST_TEST(in_server(pattern + open("= /account/x")) == "");
  BOOST_TEST(
      in_server(pattern +
                "location ^~ /acc { include session-gateway-public.conf; proxy_pass http://other; }") == "");
}

BOOST_AUTO_TEST_SUITE_END()
