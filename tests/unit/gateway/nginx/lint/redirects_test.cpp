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
  BOOST_TEST(
      in_server(named + files)
          .starts_with("site.conf:1: danger: location @app: X-Auth-Request-User, X-Auth-Request-Email and "
                       "X-Auth-Request-Groups are not set in this open place: the client's own reach the "
                       "application"));
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

BOOST_AUTO_TEST_CASE(rewrite_is_followed_by_what_its_pattern_captures) {
  const std::string root = "location / { include session-gateway-public.conf; proxy_pass http://app; }\n";
  const auto told = [](const std::string& path) {
    return finding(
        "site.conf:3: danger: rewrite leads to location / (site.conf:1), which has no check: whoever "
        "asks for " +
            path + " needs no session",
        "in location /: include session-gateway-protect.conf;");
  };
  BOOST_TEST(in_server(root + protected_with("rewrite ^/account(/.*)$ $1 last;")) == told("/x"));
  BOOST_TEST(in_server(root + protected_with("rewrite ^/account(?<rest>/.*)$ $rest last;")) == told("/x"));
  BOOST_TEST(in_server(root + protected_with("rewrite ^/account/old(/.*)$ /account/new$1 last;")) == "");
  BOOST_TEST(in_server(root + protected_with("rewrite ^/account(/.*)$ $1 break;")) == "");
  BOOST_TEST(
      in_server(root + protected_with("rewrite ^ $arg_page last;")) ==
      finding("site.conf:3: advice: where this rewrite leads can't be told: it runs before the check, and "
              "what it leads to may have none",
              "break; instead of last, or an address in place of $arg_page"));
  // What it leads to leads on.
  BOOST_TEST(in_server(root + "location /old/ { return 410; }\n" +
                       protected_with("rewrite ^/account/(.*)$ /old/$1 last;")) == "");
}

BOOST_AUTO_TEST_CASE(rewrites_of_a_server_run_before_any_check) {
  const std::string open =
      "location /inner/ { include session-gateway-public.conf; proxy_pass http://app; }\n";
  for (const char* lines :
       {"rewrite ^/account/(.*)$ /inner/$1 last;", "rewrite ^/account/(.*)$ /inner/$1 break;",
        "if ($arg_debug) { rewrite ^/account/(.*)$ /inner/$1 last; }"}) {
    const std::string out = in_server(open + lines + "\n" + protected_with(""));
    BOOST_TEST(out ==
               finding("site.conf:2: danger: rewrite leads to location /inner/ (site.conf:1), which has no "
                       "check: whoever asks for /inner/x needs no session",
                       "in location /inner/: include session-gateway-protect.conf;"));
  }
  // The check is a request, too.
  BOOST_TEST(in_server(open + "rewrite ^/_session/(.*)$ /inner/$1 last;\n" + protected_with(""))
                 .find("danger: rewrite leads to location /inner/") != std::string::npos);
  BOOST_TEST(in_server(open + "rewrite ^/old/(.*)$ /inner/$1 last;\n" + protected_with("")) == "");
}

BOOST_AUTO_TEST_CASE(a_pattern_for_a_directory_has_an_index_too) {
  const auto site = [](const std::string& pattern) {
    return in_server("location ~ " + pattern +
                     " { include session-gateway-protect.conf; root /srv; }\nlocation / { root /srv; }");
  };
  BOOST_TEST(site("^/club/$") ==
             finding("site.conf:1: danger: index leads to location / (site.conf:2), which has no check: "
                     "whoever asks for /club/index.html needs no session",
                     "in location /: include session-gateway-protect.conf;"));
  BOOST_TEST(site("^/club/") == "");
}

BOOST_AUTO_TEST_CASE(the_index_that_nginx_looks_for_by_itself_counts) {
  const std::string club = "location = /club/ { include session-gateway-protect.conf; root /srv; }\n";
  BOOST_TEST(
      in_server(club + "location / { root /srv; }") ==
      finding("site.conf:1: danger: index leads to location / (site.conf:2), which has no check: whoever "
              "asks for /club/index.html needs no session",
              "in location /: include session-gateway-protect.conf;"));
  BOOST_TEST(in_server(club + "location / { root /srv; }\nlocation /club/ { include "
                              "session-gateway-protect.conf; root /srv; }") == "");
}

BOOST_AUTO_TEST_CASE(a_front_controller_undoes_a_refusal) {
  const auto site = [](const std::string& page, const std::string& target) {
    return target + "\nlocation /account/ {\nerror_page 401 403 = " + page +
           ";\ninclude session-gateway-protect.conf; fastcgi_pass 127.0.0.1:9000; }\n";
  };
  const auto program = [](const std::string& name, const std::string& params) {
    return "location = " + name + " { include session-gateway-public.conf; " + params +
           " fastcgi_pass 127.0.0.1:9000; }";
  };
  const auto told = [](const std::string& name) {
    return finding("site.conf:3: danger: a request that the check refuses goes on to location = " + name +
                       " (site.conf:1), which passes it to the application",
                   "error_page 401 = @session_login;");
  };
  const std::string asked = "fastcgi_param REQUEST_URI $request_uri;";
  const std::string script = "fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;";
  BOOST_TEST(in_server(site("/index.app", program("/index.app", ""))) == told("/index.app"));
  BOOST_TEST(in_server(site("/front", program("/front", asked))) == told("/front"));
  BOOST_TEST(in_server(site("/front", program("/front", "internal; " + asked))) == told("/front"));
  BOOST_TEST(in_server(site("/login.php", program("/login.php", asked + script))) == "");
}

BOOST_AUTO_TEST_CASE(a_script_that_learns_the_address_of_a_refusal_may_serve_it) {
  const auto site = [](const std::string& script, const std::string& uri, const std::string& more = "") {
    return "location = " + script + " { include session-gateway-public.conf; " + more +
           " fastcgi_param REQUEST_URI " + uri +
           "; fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name; fastcgi_pass "
           "127.0.0.1:9000; }\nlocation /account/ {\nerror_page 401 = " +
           script + ";\ninclude session-gateway-protect.conf; proxy_pass http://app; }\n";
  };
  const std::string told = finding(
      "site.conf:3: advice: a request that the check refuses goes on to location = /front.php "
      "(site.conf:1), which has no check and tells a program which address was asked for: whether "
      "it serves that page can't be told",
      "in location = /front.php: fastcgi_param REQUEST_URI $uri; in place of $request_uri");
  BOOST_TEST(in_server(site("/front.php", "$request_uri")) == told);
  BOOST_TEST(in_server(site("/front.php", "$request_uri", "internal;")) == told);
  BOOST_TEST(in_server(site("/front.php", "$uri")) == "");
  for (const char* page : {"/login.php", "/errors/401.php", "/40x.php", "/access-denied.php"})
    BOOST_TEST(in_server(site(page, "$request_uri")) == "", page);
}

BOOST_AUTO_TEST_CASE(a_refusal_that_leads_where_the_client_says_is_told) {
  const auto page = [](const std::string& target) {
    return in_server("location / { root /srv; }\n" + protected_with("error_page 401 = " + target + ";"));
  };
  for (const char* target : {"$request_uri", "/open/$arg_page", "/open/$http_x_page.html"}) {
    BOOST_TEST(
        page(target) ==
            finding("site.conf:3: advice: where this error page leads a request that the check refuses "
                    "can't be told: a place without a check would undo the refusal",
                    "error_page 401 with an address or a @name in place of " + std::string(target)),
        target);
  }
  for (const char* target : {"https://login.example/?to=$request_uri", "$scheme://login.example/$arg_page",
                             "/denied.html?page=$arg_page", "/denied$uri"})
    BOOST_TEST(page(target) == "", target);
}

BOOST_AUTO_TEST_CASE(a_program_that_shows_errors_is_reached_without_a_check) {
  const std::string app =
      "location ^~ /more/ { include session-gateway-protect.conf; fastcgi_pass 127.0.0.1:9000; }\n";
  BOOST_TEST(in_server(kOpenPhp + app + files_with("error_page 404 /missing.php;")) ==
             leads("4", "error_page", "/missing.php"));
  BOOST_TEST(in_server(kProtectedPhp + app + files_with("error_page 404 /missing.php;")) == "");
  BOOST_TEST(in_server(kOpenPhp + app + "set $page /missing.php;\n" + files_with("error_page 404 $page;")) ==
             leads("5", "error_page", "/missing.php"));
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
