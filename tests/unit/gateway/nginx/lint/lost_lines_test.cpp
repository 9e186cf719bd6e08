// Lines of outer levels that end where a location includes one of the files: each bad example beside its
// mended one.

#include "tests/support/linting.h"

using namespace session::gateway;

namespace {

const std::string kUsual =
    "proxy_set_header Host $host; proxy_set_header X-Real-IP $remote_addr; proxy_set_header X-Forwarded-For "
    "$proxy_add_x_forwarded_for; proxy_set_header X-Forwarded-Proto $scheme;\n";
const std::string kScript = "fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;";

std::string lost(const std::string& names,
                 const std::string& location = "site.conf:2: advice: location /account/") {
  return location +
         ": these lines of an outer level end here, since the include has some of their kind: " + names;
}

std::string all_in_server(const std::string& lines) {
  const NginxFiles files;
  write_server(files, lines);
  return files.lint();
}

std::string php_with(const std::string& lines) {
  return "location ~ \\.php$ { include session-gateway-protect.conf; " + lines +
         " fastcgi_pass unix:/run/php.sock; }";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(lost_lines)

BOOST_AUTO_TEST_CASE(the_usual_headers_come_back_by_one_include) {
  BOOST_TEST(
      all_in_server(kUsual + protected_with("")) ==
      finding(lost("proxy_set_header Host, X-Real-IP, X-Forwarded-For and X-Forwarded-Proto (site.conf:1)"),
              "include session-gateway-proxy.conf;"));
  BOOST_TEST(all_in_server("proxy_set_header X-Site \"a b\"; " + kUsual + protected_with("")) ==
             finding(lost("proxy_set_header X-Site, Host, X-Real-IP, X-Forwarded-For and X-Forwarded-Proto "
                          "(site.conf:1)"),
                     "include session-gateway-proxy.conf; proxy_set_header X-Site \"a b\";"));
  BOOST_TEST(all_in_server(kUsual + protected_with(kUsual)) == "");
  BOOST_TEST(all_in_server(protected_with(kUsual)) == "");
}

BOOST_AUTO_TEST_CASE(other_values_are_written_again) {
  BOOST_TEST(all_in_server("proxy_set_header Host shop.internal;\n" + protected_with("")) ==
             finding(lost("proxy_set_header Host (site.conf:1)"), "proxy_set_header Host shop.internal;"));
  BOOST_TEST(all_in_server("proxy_set_header X-Empty '';\n" + protected_with("")) ==
             finding(lost("proxy_set_header X-Empty (site.conf:1)"), "proxy_set_header X-Empty \"\";"));
  // The include would set Host twice.
  BOOST_TEST(
      all_in_server("proxy_set_header X-Real-IP $remote_addr;\n" +
                    protected_with("proxy_set_header Host $host;")) ==
      finding(lost("proxy_set_header X-Real-IP (site.conf:1)"), "proxy_set_header X-Real-IP $remote_addr;"));
  BOOST_TEST(all_in_server("proxy_set_header x-real-ip $remote_addr;\n" +
                           protected_with("proxy_set_header X-Real-IP $remote_addr;")) == "");
}

BOOST_AUTO_TEST_CASE(response_headers_and_error_pages_end_too) {
  BOOST_TEST(
      all_in_server(
          "add_header Strict-Transport-Security \"max-age=1; preload\" always; error_page 404 500 502 "
          "=503 /sorry.html;\n" +
          protected_with("")) ==
      finding(
          lost("add_header Strict-Transport-Security (site.conf:1); error_page 404 and 502 (site.conf:1)"),
          "add_header Strict-Transport-Security \"max-age=1; preload\" always; error_page 404 502 =503 "
          "/sorry.html;"));
  BOOST_TEST(all_in_server("add_header X-Frame-Options DENY; error_page 404 /x;\n" +
                           protected_with("add_header X-Frame-Options DENY; error_page 404 /y;")) == "");
  // nginx answers these before it has chosen a location.
  BOOST_TEST(all_in_server("error_page 400 414 497 /x;\n" + protected_with("")) == "");
  BOOST_TEST(all_in_server("error_page 401 403 500 /x;\n" + protected_with("")) == "");
  for (const std::string shows : {"if ($slow_rate) { return 418; }", "proxy_intercept_errors on;"})
    BOOST_TEST(
        all_in_server("error_page 497 /x;\n" + protected_with(shows)).find("error_page") == std::string::npos,
        shows);
  BOOST_TEST(
      all_in_server("proxy_hide_header X-Powered-By;\n" + protected_with("")) ==
      finding(lost("proxy_hide_header X-Powered-By (site.conf:1)"), "proxy_hide_header X-Powered-By;"));
  BOOST_TEST(all_in_server("add_header X-Frame-Options DENY;\nlocation /account/ { include "
                           "session-gateway-protect.conf; root /srv; }") ==
             finding(lost("add_header X-Frame-Options (site.conf:1)"), "add_header X-Frame-Options DENY;"));
}

BOOST_AUTO_TEST_CASE(an_error_page_that_no_request_of_the_location_gets_is_no_loss) {
  const auto files = [](const std::string& lines) {
    return "location /account/ { include session-gateway-protect.conf; root /srv; " + lines + " }\n";
  };
  const std::string usual = "error_page 500 502 503 504 /50x.html;\n";
  BOOST_TEST(all_in_server(usual + files("")) == "");
  BOOST_TEST(all_in_server(usual + files("limit_req zone=z;")).find("error_page 502, 503 and 504") !=
             std::string::npos);
  BOOST_TEST(all_in_server(usual + files("if (-f /srv/closed) { return 503; }")).find("error_page 502") !=
             std::string::npos);
  BOOST_TEST(all_in_server(usual + protected_with("")).find("error_page 502, 503 and 504") !=
             std::string::npos);
  BOOST_TEST(all_in_server("error_page 404 /404.html;\n" + protected_with("")) == "");
  BOOST_TEST(all_in_server("error_page 404 /404.html;\n" + protected_with("proxy_intercept_errors on;"))
                 .find("error_page 404") != std::string::npos);
  BOOST_TEST(all_in_server("error_page 404 /404.html;\n" + files("")).find("error_page 404") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(lines_of_the_http_level_and_of_an_outer_location_end_too) {
  BOOST_TEST(
      of_site("http { include session-gateway-upstream.conf; include session-gateway-http.conf;\n"
              "proxy_set_header X-Site shop;\nserver { listen 443 ssl; include "
              "session-gateway-server.conf;\nlocation /login { proxy_pass http://127.0.0.1:1; include "
              "session-gateway-public.conf; proxy_set_header X-Site shop; }\n"
              "location / { include session-gateway-protect.conf; proxy_pass http://127.0.0.1:1; } } }") ==
      finding(lost("proxy_set_header X-Site (nginx.conf:2)", "nginx.conf:5: advice: location /"),
              "proxy_set_header X-Site shop;"));
  const auto nested = [](const std::string& lines) {
    return "location / { include session-gateway-protect.conf; proxy_set_header X-Site shop; proxy_pass "
           "http://app;\nlocation /in/ { include session-gateway-protect.conf; " +
           lines + " proxy_pass http://app; } }";
  };
  BOOST_TEST(all_in_server(nested("")) ==
             finding(lost("proxy_set_header X-Site (site.conf:1)", "site.conf:2: advice: location /in/"),
                     "proxy_set_header X-Site shop;"));
  BOOST_TEST(all_in_server(nested("proxy_set_header X-Site shop;")) == "");
}

BOOST_AUTO_TEST_CASE(a_named_location_loses_them_as_well) {
  BOOST_TEST(
      all_in_server(
          "proxy_set_header X-Site shop; location / { include session-gateway-protect.conf; root /srv; "
          "try_files $uri @app; }\nlocation @app { include session-gateway-protect.conf; proxy_pass "
          "http://app; }") ==
      finding(lost("proxy_set_header X-Site (site.conf:1)", "site.conf:2: advice: location @app"),
              "proxy_set_header X-Site shop;"));
}

// A location without an include has chosen its lines itself.
BOOST_AUTO_TEST_CASE(only_lines_that_an_include_ends_are_told) {
  BOOST_TEST(
      all_in_server("proxy_set_header X-Site shop;\nlocation /x { proxy_set_header Cookie ''; proxy_pass "
                    "http://127.0.0.1:4000; }\n" +
                    protected_with("proxy_set_header X-Site shop;")) == "");
}

BOOST_AUTO_TEST_CASE(a_fastcgi_application_gets_the_params_of_the_server_again) {
  const std::string php = "site.conf:2: advice: location ~ \\.php$";
  BOOST_TEST(all_in_server("include fastcgi_params;\n" + php_with(kScript)) ==
             finding(lost("fastcgi_param REQUEST_METHOD and QUERY_STRING (fastcgi_params:1)", php),
                     "include fastcgi_params;"));
  BOOST_TEST(all_in_server("include fastcgi_params;\n" + php_with("include fastcgi_params;" + kScript)) ==
             "");
  BOOST_TEST(all_in_server("fastcgi_param HTTPS on if_not_empty;\n" +
                           php_with("include fastcgi_params;" + kScript)) ==
             finding(lost("fastcgi_param HTTPS (site.conf:1)", php), "fastcgi_param HTTPS on if_not_empty;"));
}

BOOST_AUTO_TEST_CASE(a_fastcgi_application_learns_what_is_asked_for) {
  const std::string none =
      "site.conf:1: advice: location ~ \\.php$: the application gets no REQUEST_METHOD and no other param of "
      "the request, since the include has some params and nginx adds none by itself";
  BOOST_TEST(all_in_server(php_with("")) == finding(none, "include fastcgi_params; " + kScript));
  BOOST_TEST(
      all_in_server(php_with("include fastcgi_params;")) ==
      finding("site.conf:1: advice: location ~ \\.php$: PHP gets no SCRIPT_FILENAME, and finds no script",
              kScript));
  BOOST_TEST(all_in_server(php_with("include fastcgi_params;" + kScript)) == "");
  const std::string program =
      "location /app { include session-gateway-protect.conf; fastcgi_pass 127.0.0.1:9;\n";
  BOOST_TEST(all_in_server(program + "}").find("write: include fastcgi_params;\n") != std::string::npos);
  BOOST_TEST(all_in_server(program + "include fastcgi_params; }") == "");
  BOOST_TEST(all_in_server(program + "fastcgi_param DOCUMENT_URI $document_uri; }") == "");
}

BOOST_AUTO_TEST_SUITE_END()
