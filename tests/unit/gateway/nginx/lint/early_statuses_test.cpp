// Error pages of statuses that are made before the check: each bad example beside its mended one.

#include "tests/support/linting.h"

using namespace session::gateway;

namespace {

const std::string kOpenApp =
    "location @app { include session-gateway-public.conf; proxy_pass http://app; }\n";
const std::string kProtectedApp =
    "location @app { include session-gateway-protect.conf; proxy_pass http://app; }\n";

std::string told(const std::string& status, const std::string& to = "location @app (site.conf:1)",
                 const std::string& undone = "passes it to the application") {
  return finding("site.conf:3: danger: nginx can answer " + status +
                     " before the check of location /account/, and this error page leads the request to " +
                     to + ", which has no check and " + undone,
                 "in " + to.substr(0, to.find(" (")) + ": include session-gateway-protect.conf;");
}

std::string files_with(const std::string& lines) {
  return "location /account/ {\n" + lines + "\ninclude session-gateway-protect.conf; root /srv; }\n";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(early_statuses)

BOOST_AUTO_TEST_CASE(a_status_of_return_leads_past_the_check) {
  for (const char* status : {"418", "404", "503"}) {
    const std::string lines = "error_page " + std::string(status) +
                              " = @app;\nif ($request_method = POST) { return " + status + "; }";
    BOOST_TEST(in_server(kOpenApp + protected_with(lines)) == told(status));
    BOOST_TEST(in_server(kProtectedApp + protected_with(lines)) == "");
  }
  BOOST_TEST(
      in_server(kOpenApp + protected_with("error_page 418 = @app; return 418;")) ==
      finding("site.conf:3: danger: nginx can answer 418 before the check of location /account/, and "
              "this error page leads the request to location @app (site.conf:1), which has no check and "
              "passes it to the application",
              "in location @app: include session-gateway-protect.conf;"));
}

BOOST_AUTO_TEST_CASE(limits_and_large_bodies_lead_there_too) {
  BOOST_TEST(in_server(kOpenApp + protected_with("error_page 413 = @app;")) == told("413"));
  BOOST_TEST(in_server(kOpenApp + protected_with("error_page 413 = @app; client_max_body_size 0;")) == "");
  BOOST_TEST(in_server(kOpenApp + protected_with("error_page 503 = @app;\nlimit_req zone=z;")) ==
             told("503"));
  BOOST_TEST(in_server(kOpenApp + protected_with("error_page 429 = @app;\nlimit_conn z 1; limit_conn_status "
                                                 "429;")) == told("429"));
  BOOST_TEST(in_server(kOpenApp + protected_with("error_page 503 = @app;\nlimit_conn z 1; limit_conn_status "
                                                 "429;")) == "");
  BOOST_TEST(in_server(kOpenApp + protected_with("error_page 302 = @app;\nrewrite ^/account/old /new "
                                                 "redirect;"))
                 .starts_with(told("302")));
}

BOOST_AUTO_TEST_CASE(statuses_that_come_after_the_check_are_fine) {
  BOOST_TEST(in_server(kOpenApp + files_with("error_page 404 = @app;")) == "");
  BOOST_TEST(in_server(kOpenApp + protected_with("error_page 502 504 = @app;")) == "");
}

BOOST_AUTO_TEST_CASE(a_place_with_the_same_files_is_no_better) {
  const std::string page = "error_page 503 @files;\nif (-f /srv/closed) { return 503; }";
  BOOST_TEST(in_server("location @files { root /srv; }\n" + files_with(page)) ==
             told("503", "location @files (site.conf:1)", "serves the same files"));
  BOOST_TEST(in_server("location @files { root /srv/errors; }\n" + files_with(page)) == "");
  BOOST_TEST(in_server("location @files { root /srv; rewrite ^ /closed.html break; }\n" + files_with(page)) ==
             "");
  BOOST_TEST(in_server("location @files { root /srv; try_files /closed.html =503; }\n" + files_with(page)) ==
             "");
}

BOOST_AUTO_TEST_CASE(the_way_is_followed_to_its_end) {
  const std::string page = "error_page 418 = @one;\nif ($arg_x) { return 418; }";
  for (const char* one : {"try_files /none @app;", "rewrite ^ /open$uri last;",
                          "if ($arg_y) { rewrite ^(.*)$ /open$1 last; }"}) {
    const std::string open =
        "location /open/ { include session-gateway-public.conf; proxy_pass http://app; }";
    const std::string out =
        in_server(kOpenApp + protected_with(page) + open + "\nlocation @one { " + one + " }");
    BOOST_TEST(out.find("site.conf:3: danger: nginx can answer 418") != std::string::npos, one << "\n"
                                                                                               << out);
  }
  for (const char* one : {"return 403;", "deny all; proxy_pass http://other;", "rewrite ^ /account/x last;",
                          "rewrite ^ https://other.test/ redirect;"}) {
    const std::string out = in_server(kOpenApp + protected_with(page) + "\nlocation @one { " + one + " }");
    BOOST_TEST(out.find("nginx can answer 418") == std::string::npos, one << "\n" << out);
  }
}

BOOST_AUTO_TEST_CASE(a_second_error_page_counts_where_the_first_location_allows_it) {
  const std::string one = "location @one { error_page 419 = @app; return 419; }\n";
  const std::string page = "error_page 418 = @one;\nif ($arg_x) { return 418; }";
  BOOST_TEST(in_server(kOpenApp + protected_with(page) + one) == "");
  BOOST_TEST(in_server(kOpenApp + protected_with(page + " recursive_error_pages on;") + one) == told("418"));
}

BOOST_AUTO_TEST_CASE(pages_of_the_server_answer_what_comes_before_any_location) {
  const auto told_of_400 = [](const std::string& status) {
    return finding("site.conf:2: danger: nginx can answer " + status +
                       " before the check of location /account/, and this error page leads the request to "
                       "location @app (site.conf:1), which has no check and passes it to the application",
                   "in location @app: include session-gateway-protect.conf;");
  };
  BOOST_TEST(in_server(kOpenApp + "error_page 400 = @app;\n" + protected_with("")) == told_of_400("400"));
  BOOST_TEST(in_server(kOpenApp + "error_page 405 = @app;\n" + protected_with("")) == told_of_400("405"));
  BOOST_TEST(in_server(kOpenApp + "error_page 503 = @app; if ($arg_x) { return 503; }\n" +
                       protected_with("")) == told_of_400("503"));
  BOOST_TEST(in_server(kOpenApp + "error_page 404 = @app;\n" + protected_with("")) == "");
  BOOST_TEST(in_server("error_page 497 https://$host$request_uri; error_page 400 /400.html;\nlocation = "
                       "/400.html { root /srv/errors; }\n" +
                       protected_with("")) == "");
}

BOOST_AUTO_TEST_CASE(a_program_that_learns_the_address_may_serve_it) {
  const auto site = [](const std::string& script, const std::string& uri) {
    return "location = " + script + " { include session-gateway-public.conf; fastcgi_param REQUEST_URI " +
           uri +
           "; fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name; fastcgi_pass "
           "127.0.0.1:9000; }\nlocation /account/ {\nerror_page 413 " +
           script + ";\ninclude session-gateway-protect.conf; root /srv; }\n";
  };
  BOOST_TEST(in_server(site("/upload.php", "$request_uri")) ==
             finding("site.conf:3: advice: nginx can answer 413 before the check of location /account/, and "
                     "this error page leads the request to location = /upload.php (site.conf:1), which has "
                     "no check and tells a program which address was asked for: whether it serves that "
                     "page can't be told",
                     "in location = /upload.php: fastcgi_param REQUEST_URI $uri; in place of $request_uri"));
  BOOST_TEST(in_server(site("/upload.php", "$uri")) == "");
  BOOST_TEST(in_server(site("/too-large.php", "$request_uri")) == "");
  BOOST_TEST(in_server("location @other { proxy_pass http://127.0.0.1:9; proxy_set_header Cookie ''; }\n"
                       "error_page 400 = @other;\n" +
                       files_with(""))
                 .starts_with("site.conf:2: advice: nginx can answer 400 before the check of location "
                              "/account/, and this error page leads the request to location @other "
                              "(site.conf:1), which has no check and passes it to a program"));
}

BOOST_AUTO_TEST_CASE(a_target_that_cannot_be_told_is_told) {
  BOOST_TEST(
      in_server(kOpenApp + protected_with("error_page 418 = $arg_page;\nif ($arg_x) { return 418; }")) ==
      finding("site.conf:3: advice: nginx can answer 418 before the check of location /account/, and "
              "where this error page leads can't be told: a place without a check would undo it",
              "error_page 418 with an address or a @name in place of $arg_page"));
  // All that it may be is known.
  const std::string lines = "error_page 418 = $page;\nif ($arg_x) { return 418; }";
  BOOST_TEST(in_server("set $page /account/y;\n" + protected_with(lines)) == "");
}

BOOST_AUTO_TEST_SUITE_END()
