// Internal redirects out of protected locations: each bad example beside its mended one.

#include "tests/support/linting.h"

using namespace session::gateway;

namespace {

const std::string kOpenPhp =
    "location ~ \\.php$ { include session-gateway-public.conf; fastcgi_pass 127.0.0.1:9000; }\n";
const std::string kProtectedPhp =
    "location ~ \\.php$ { include session-gateway-protect.conf; fastcgi_pass 127.0.0.1:9000; }\n";

std::string leads(const std::string& line, const std::string& directive, const std::string& path) {
  return finding("site.conf:" + line + ": danger: " + directive +
                     " leads to location ~ \\.php$ (site.conf:1), which has no check: whoever asks for " +
                     path + " needs no session",
                 "in location ~ \\.php$: include session-gateway-protect.conf;");
}

// A protected location that serves files.
std::string files_with(const std::string& lines) {
  return "location /files/ { include session-gateway-protect.conf; root /srv;\n" + lines + "\n}\n";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(redirects)

BOOST_AUTO_TEST_CASE(try_files_leads_to_the_lines_of_another_location) {
  const std::string files = files_with("try_files $uri $uri/ /index.php?$args;");
  BOOST_TEST(in_server(kOpenPhp + files) == leads("3", "try_files", "/index.php"));
  BOOST_TEST(in_server(kProtectedPhp + files) == "");
  BOOST_TEST(in_server(kOpenPhp + files_with("try_files $uri =404;")) == "");
  BOOST_TEST(in_server(kOpenPhp + files_with("try_files $uri $fallback;")) == "");
}

BOOST_AUTO_TEST_CASE(a_named_location_is_reached_by_way_of_the_check_but_has_to_set_the_headers) {
  const std::string files = files_with("try_files $uri @app;");
  const std::string named = "location @app { proxy_pass http://app; }\n";
  const std::string text =
      "site.conf:1: danger: location @app: X-Auth-Request-User is not set in this open place: the "
      "client's own reaches the application";
  BOOST_TEST(
      in_server(named + files).starts_with(finding(text, "proxy_set_header X-Auth-Request-User \"\";")));
  BOOST_TEST(in_server("location @app { include session-gateway-protect.conf; proxy_pass http://app; }\n" +
                       files) == "");
}

BOOST_AUTO_TEST_CASE(index_leads_there_too) {
  BOOST_TEST(in_server(kOpenPhp + files_with("index index.html index.php;")) ==
             leads("3", "index", "/files/index.php"));
  BOOST_TEST(in_server(kOpenPhp + files_with("index /start.php;")) == leads("3", "index", "/start.php"));
  BOOST_TEST(in_server(kProtectedPhp + files_with("index index.html index.php;")) == "");
  BOOST_TEST(in_server(kOpenPhp + files_with("index index.html;")) == "");
}

BOOST_AUTO_TEST_CASE(rewrite_leads_there_before_the_check) {
  for (const char* flag : {"", " last"}) {
    const std::string line = "rewrite ^/account/(.*)$ /run/$1.php" + std::string(flag) + ";";
    BOOST_TEST(in_server(kOpenPhp + protected_with(line)) == leads("3", "rewrite", "/run/x.php"));
    BOOST_TEST(in_server(kProtectedPhp + protected_with(line)) == "");
  }
  BOOST_TEST(in_server(kOpenPhp + protected_with("rewrite ^/account/(.*)$ /run/$1.php break;")) == "");
}

BOOST_AUTO_TEST_CASE(a_program_that_shows_errors_is_reached_without_a_check) {
  const std::string app =
      "location ^~ /more/ { include session-gateway-protect.conf; fastcgi_pass 127.0.0.1:9000; }\n";
  BOOST_TEST(in_server(kOpenPhp + app + files_with("error_page 404 /missing.php;")) ==
             leads("4", "error_page", "/missing.php"));
  BOOST_TEST(in_server(kProtectedPhp + app + files_with("error_page 404 /missing.php;")) == "");
  BOOST_TEST(in_server(kOpenPhp + app + files_with("error_page 404 /missing.html;")) == "");
  // The page that asks people to log in is for those who have no session.
  const std::string login =
      "location /files/ { error_page 401 /login.php; include session-gateway-protect.conf; root /srv; }";
  BOOST_TEST(in_server(kOpenPhp + app + login) == "");
}

BOOST_AUTO_TEST_CASE(a_refused_request_must_not_go_on_to_the_application) {
  const std::string app = "location @app { include session-gateway-public.conf; proxy_pass http://app; }\n";
  const auto protect = [](const std::string& page) {
    return "location /account/ {\n" + page +
           "\ninclude session-gateway-protect.conf; proxy_pass http://app; }\n";
  };
  BOOST_TEST(
      in_server(app + protect("error_page 401 = @app;")) ==
      finding("site.conf:3: danger: a request that the check refuses goes on to location @app (site.conf:1), "
              "which passes it to the application",
              "error_page 401 = @session_login;"));
  BOOST_TEST(in_server(app + protect("error_page 401 = @session_login;")) == "");
}

BOOST_AUTO_TEST_SUITE_END()
