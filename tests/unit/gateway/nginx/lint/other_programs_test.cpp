// Other ways to the application of a protected location: each bad example beside its mended one.

#include "tests/support/linting.h"

using namespace session::gateway;

namespace {

std::string open(const std::string& head, const std::string& lines) {
  return protected_with("") + "location " + head + " { include session-gateway-public.conf; " + lines + " }";
}

std::string told(const std::string& location, const std::string& address) {
  return finding("site.conf:5: danger: location " + location +
                     " asks the application for what the protected location /account/ (site.conf:1) guards, "
                     "without a check: " +
                     address,
                 "in location " + location + ": include session-gateway-protect.conf;");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(other_programs)

BOOST_AUTO_TEST_CASE(another_address_of_the_same_application_is_told) {
  BOOST_TEST(in_server(open("/api/", "proxy_pass http://app/;")) == told("/api/", "/api/account/x"));
  BOOST_TEST(in_server(open("/api/", "proxy_pass http://app/account/;")) == told("/api/", "/api/x"));
  BOOST_TEST(in_server(open("= /api", "proxy_pass http://app/account/list;")) == told("= /api", "/api"));
  BOOST_TEST(in_server(open("~ ^/api/(.*)$", "proxy_pass http://app/$1;")) ==
             told("~ ^/api/(.*)$", "/api/account/x"));
  BOOST_TEST(in_server(open("/old/", "rewrite ^/old/(.*)$ /$1 break; proxy_pass http://app;")) ==
             told("/old/", "/old/account/x"));
  BOOST_TEST(in_server(open("/old/", "rewrite ^/old/(.*)$ $1 break; proxy_pass http://app;")) ==
             told("/old/", "/old/account/x"));
  BOOST_TEST(in_server(open("/old/", "rewrite ^/old/(.*)$ /account/$1 break; proxy_pass http://app;")) ==
             told("/old/", "/old/x"));
}

BOOST_AUTO_TEST_CASE(an_address_that_the_application_only_reads_as_the_protected_one_is_told) {
  BOOST_TEST(in_server(open("/api/", "proxy_pass http://app/%61ccount/;")) == told("/api/", "/api/x"));
  BOOST_TEST(in_server(open("/api/", "proxy_pass http://app//account/;")) == told("/api/", "/api/x"));
  BOOST_TEST(
      in_server(open("/api", "proxy_pass http://app/open/;")) ==
      finding("site.conf:5: danger: location /api asks the application for what the protected location "
              "/account/ (site.conf:1) guards, without a check: /api../account/x",
              "location /api/ {"));
  BOOST_TEST(in_server(open("/api", "proxy_pass http://app/v1/open/;")) == "");
  BOOST_TEST(in_server(open("/api", "proxy_pass http://app/open;")) == "");
}

BOOST_AUTO_TEST_CASE(an_open_location_that_leads_to_the_application_is_told) {
  const std::string bare =
      "\nlocation @bare { include session-gateway-public.conf; rewrite ^ /account/x break; proxy_pass "
      "http://app; }";
  BOOST_TEST(in_server(protected_with("") + "location /run { echo_exec @bare; }" + bare) ==
             told("/run", "/run/account/x"));
  BOOST_TEST(in_server(protected_with("") + "location /run/ { root /srv; try_files $uri @bare; }" + bare) ==
             told("/run/", "/run/account/x"));
  BOOST_TEST(in_server(protected_with("") + "location /run { echo_exec /account/x; }" + bare) == "");
}

BOOST_AUTO_TEST_CASE(other_addresses_of_the_application_are_fine) {
  BOOST_TEST(in_server(open("/", "proxy_pass http://app;")) == "");
  BOOST_TEST(in_server(open("/", "proxy_pass http://app/;")) == "");
  BOOST_TEST(in_server(open("/api/", "proxy_pass http://app/api/;")) == "");
  BOOST_TEST(in_server(open("/api/", "rewrite ^/api/(.*)$ /v1/$1 break; proxy_pass http://app;")) == "");
  BOOST_TEST(in_server(open("/api/", "proxy_pass http://app$request_uri;")) == "");
  BOOST_TEST(in_server(open("/api/", "proxy_pass http://other/;")) == "");
}

BOOST_AUTO_TEST_CASE(an_address_that_the_client_says_is_told) {
  BOOST_TEST(in_server(open("= /show", "proxy_pass http://app/$arg_page;")) ==
             finding("site.conf:5: danger: the client says what location = /show asks the application for "
                     "($arg_page), also what the protected location /account/ (site.conf:1) guards",
                     "an address that no variable changes"));
  BOOST_TEST(in_server(open("= /show", "proxy_pass http://app/pages/show;")) == "");
}

BOOST_AUTO_TEST_CASE(an_address_that_a_rewrite_makes_of_the_clients_words_is_told) {
  const auto told = [](const std::string& rewrite) {
    return in_server(open("= /show", rewrite + " proxy_pass http://app;"));
  };
  const std::string text = finding(
      "site.conf:5: danger: the client says what location = /show asks the application for ($arg_page), also "
      "what the protected location /account/ (site.conf:1) guards",
      "an address that no variable changes");
  BOOST_TEST(told("rewrite ^ /$arg_page break;") == text);
  BOOST_TEST(told("rewrite ^ /account/$arg_page break;").find(text) != std::string::npos);
  BOOST_TEST(told("rewrite ^ /pages/show break;") == "");
  BOOST_TEST(told("rewrite ^ /pages/show?page=$arg_page break;") == "");
  BOOST_TEST(told("rewrite ^ /$arg_page redirect;") == "");
  BOOST_TEST(told("rewrite ^/(.*)$ /pages/$1 break;") == "");
}

BOOST_AUTO_TEST_CASE(dots_in_the_clients_words_lead_wherever_the_application_resolves_them) {
  const std::string text = finding(
      "site.conf:5: advice: the client says what location = /show asks the application for ($arg_page), also "
      "with `..`: whether the application then serves what the protected location /account/ (site.conf:1) "
      "guards can't be told",
      "an address that no variable changes");
  BOOST_TEST(in_server(open("= /show", "proxy_pass http://app/pages/$arg_page;")) == text);
  BOOST_TEST(in_server(open("= /show", "rewrite ^ /pages/$arg_page break; proxy_pass http://app;")) == text);
  BOOST_TEST(in_server(open("= /show", "rewrite ^ /pages-$arg_page break; proxy_pass http://app;")) == "");
}

BOOST_AUTO_TEST_CASE(another_server_that_passes_the_same_address_to_the_application_is_told_once) {
  const auto other = [](const std::string& lines) {
    return of_file(
        "http { include session-gateway-upstream.conf; include session-gateway-http.conf;\n"
        "upstream app { server 127.0.0.1:3000; }\n"
        "server { listen 443 ssl; include session-gateway-server.conf;\n"
        "location / { include session-gateway-public.conf; proxy_pass http://app; }\n" +
        protected_with("") + "}\nserver { listen 8443 ssl;\n" + lines + "\n} }\n");
  };
  const std::string told = "asks the application for /account/x, too, which the protected location /account/";
  const std::string open =
      other("location / { include session-gateway-public.conf; proxy_pass http://app; }");
  BOOST_TEST(open.find(told) != std::string::npos, open);
  BOOST_TEST(open.find(told) == open.rfind(told));
  for (const std::string closed :
       {"return 301 https://site.test$request_uri;", "location / { root /srv; }",
        "location / { include session-gateway-public.conf; proxy_pass http://elsewhere.test; }",
        "location / { deny all; proxy_pass http://app; }"})
    BOOST_TEST(other(closed).find(told) == std::string::npos, closed);
}

BOOST_AUTO_TEST_SUITE_END()
