// Who gets the session cookie in open locations: each bad example beside its mended one.

#include "gateway/nginx/lint/rule.h"
#include "tests/support/linting.h"

using namespace session::gateway;

namespace {

const std::string kTenant = "proxy_pass http://127.0.0.1:4000;";
const std::string kPublic = "include session-gateway-public.conf; ";

// A site of whose server nothing but these lines is in question: line 1 is theirs.
std::string beside_site(const std::string& lines) { return in_server(lines + "\n" + protected_with("")); }

std::string cookie_danger(const std::string& title, const std::string& write = kIncludePublic) {
  return finding(
      "site.conf:1: danger: " + title +
          ": the session cookie reaches what is behind this location, and whoever has it has the session",
      write);
}

// What lint says of a tenant's location with these lines, of which the last is line 2 of the site.
std::string tenant_with(const std::string& line, const std::string& before = "",
                        const std::string& yaml = "") {
  return in_server(before + "location /tenant/ {\n" + line + " " + kTenant + " }\n" + protected_with(""),
                   yaml);
}

const std::string kCookie = "proxy_set_header Cookie ";

std::string line_danger(const std::string& write = "proxy_set_header Cookie $session_public_cookie;") {
  return finding(
      "site.conf:2: danger: location /tenant/: the session cookie reaches what is behind this location, and "
      "whoever has it has the session",
      write);
}

std::string line_doubt(const std::string& value) {
  return finding("site.conf:2: advice: location /tenant/: whether " + value +
                     " holds the session cookie can't be told: whoever has it has the session",
                 "proxy_set_header Cookie $session_public_cookie;");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(lint_session_cookie)

BOOST_AUTO_TEST_CASE(a_location_that_includes_nothing_gets_the_session_cookie) {
  BOOST_TEST(beside_site("location /tenant/ { " + kTenant + " }") == cookie_danger("location /tenant/"));
  BOOST_TEST(beside_site("location /tenant/ { fastcgi_pass 127.0.0.1:9000; }") ==
             cookie_danger("location /tenant/"));
  BOOST_TEST(
      beside_site("location /tenant/ { uwsgi_pass 127.0.0.1:9000; }") ==
      cookie_danger("location /tenant/",
                    "include session-gateway-public.conf; include session-gateway-public-uwsgi.conf;"));
  BOOST_TEST(beside_site("location /tenant/ { scgi_pass 127.0.0.1:9000; }") ==
             cookie_danger("location /tenant/", "scgi_param HTTP_COOKIE $session_public_cookie;"));
  BOOST_TEST(beside_site("location /tenant/ { " + kPublic + kTenant + " }") == "");
  BOOST_TEST(beside_site("location /tenant/ { proxy_set_header Cookie \"\"; " + kTenant + " }") == "");
  BOOST_TEST(beside_site("location /tenant/ { proxy_pass_request_headers off; " + kTenant + " }") == "");
  BOOST_TEST(beside_site("location /tenant/ { root /srv; }") == "");
}

BOOST_AUTO_TEST_CASE(the_applications_own_open_place_leaks_the_cookie_at_most) {
  const std::string headers =
      "proxy_set_header X-Auth-Request-User \"\"; proxy_set_header X-Auth-Request-Email \"\"; "
      "proxy_set_header X-Auth-Request-Groups \"\"; ";
  BOOST_TEST(
      beside_site("location / { " + headers + "proxy_pass http://app; }") ==
      finding(
          "site.conf:1: advice: location /: the session cookie reaches the application, which can leak it",
          kIncludePublic));
  BOOST_TEST(beside_site("location / { " + kPublic + "proxy_pass http://app; }") == "");
}

BOOST_AUTO_TEST_CASE(the_check_of_another_service_may_have_every_cookie) {
  const std::string check = "location = /check { internal; proxy_pass http://127.0.0.1:4180; }\n";
  BOOST_TEST(in_server("location /x { auth_request /check; root /srv; }\n" + check + protected_with("")) ==
             "");
}

BOOST_AUTO_TEST_CASE(the_files_take_the_configured_cookie_away) {
  const std::string text =
      "danger: these maps take away another cookie than gateway.yaml names ((?:sid)): the session cookie "
      "reaches the "
      "applications of open locations\n"
      "    write: session-gateway nginx --config gateway.yaml --output DIRECTORY\n";
  const std::string said = in_server(protected_with(""), "cookie: { name: sid, secure: false }\n");
  BOOST_TEST(said.starts_with("session-gateway-http.conf:"));
  BOOST_TEST(said.ends_with(text));
  BOOST_TEST(in_server(protected_with(""), "cookie: { name: __Host-session }\n") == "");
}

BOOST_AUTO_TEST_CASE(a_server_without_commits_is_left_alone) {
  BOOST_TEST(of_file("http { include session-gateway-upstream.conf; include session-gateway-http.conf;\n"
                     "server { location /tenant/ { " +
                     kTenant +
                     " } }\n"
                     "server { include session-gateway-server.conf;\n"
                     "location / { include session-gateway-protect.conf; root /srv; } } }") == "");
}

BOOST_AUTO_TEST_CASE(a_line_for_cookies_is_no_proof_that_ours_is_not_among_them) {
  for (const char* value : {"$http_cookie", "\"a=b; $http_cookie\"", "${http_cookie}"})
    BOOST_TEST(tenant_with(kCookie + value + ";") == line_danger(), value);
  for (const char* value :
       {"\"\"", "a=b", "$session_public_cookie", "$session_others", "lang=$cookie_lang", "$http_x_other"})
    BOOST_TEST(tenant_with(kCookie + value + ";") == "", value);
  BOOST_TEST(tenant_with("proxy_set_header cookie $http_cookie;") == line_danger());
  BOOST_TEST(tenant_with(kPublic + kCookie + "$http_cookie;") == line_danger());
}

BOOST_AUTO_TEST_CASE(a_cookie_variable_of_nginx_holds_ours_by_its_name) {
  const std::string yaml = "cookie: { name: sid, secure: false }\n";
  BOOST_TEST(tenant_with(kCookie + "a=$cookie_sid;", "", yaml).ends_with(line_danger()));
  BOOST_TEST(tenant_with(kCookie + "a=$cookie_side;", "", yaml).find("site.conf") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(no_other_header_hands_ours_out) {
  BOOST_TEST(tenant_with(kPublic + "proxy_set_header X-Cookies $http_cookie;") ==
             line_danger("proxy_set_header X-Cookies \"\";"));
  BOOST_TEST(tenant_with(kPublic + "proxy_set_header X-Host $host;") == "");
}

BOOST_AUTO_TEST_CASE(a_variable_is_what_it_was_made_of) {
  BOOST_TEST(tenant_with("set $mine $http_cookie; " + kCookie + "$mine;") == line_danger());
  BOOST_TEST(tenant_with("set $mine x; " + kCookie + "$mine;") == "");
  BOOST_TEST(tenant_with("set $mine $other; set $other $mine; " + kCookie + "$mine;") == "");
  BOOST_TEST(tenant_with(kCookie + "$session_cookie;") == "");
  BOOST_TEST(tenant_with(kCookie + "$captured;") == line_doubt("$captured"));
  BOOST_TEST(tenant_with(kCookie + "$1;") == line_doubt("$1"));
  const auto mapped = [](const std::string& rows) {
    return of_file(
        "http { include session-gateway-upstream.conf; include session-gateway-http.conf;\nmap $http_cookie "
        "$mine { " +
        rows +
        " }\n"
        "server { include session-gateway-server.conf;\nlocation /tenant/ {\nproxy_set_header Cookie "
        "$mine; " +
        kTenant + " }\n" + protected_with("") + "} }");
  };
  BOOST_TEST(mapped("default a; ~b c;") == "");
  // It may be one that takes ours away, as the project's own.
  BOOST_TEST(mapped("default $http_cookie; ~sid '';").find("$mine holds the session cookie can't be told") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_location_asks_for_our_cookie_for_itself_alone) {
  const std::string write = "set $session_keep_cookie on; behind session-gateway-public.conf";
  const auto open = [](const std::string& lines) {
    return in_server("location / {\n" + lines + " proxy_pass http://app; }\n" + protected_with(""));
  };
  BOOST_TEST(open(kPublic + "set $session_keep_cookie on;") == "");
  BOOST_TEST(open("set $session_keep_cookie on; " + kPublic) ==
             finding("site.conf:2: advice: the include behind this line takes it back", write));
  BOOST_TEST(in_server("location / {\nset $session_keep_cookie on; root /srv; }\n" + protected_with("")) ==
             finding("site.conf:2: advice: location / does not include the file that looks at this; other "
                     "locations then do",
                     write));
  BOOST_TEST(
      open(kPublic + "set $session_public_cookie $http_cookie;") ==
      finding("site.conf:2: danger: $session_public_cookie keeps this value where nginx goes on to another "
              "location, and those then pass on what is in it",
              write));
  BOOST_TEST(open(kPublic + "set $session_public_cookie '';") == "");
}

BOOST_AUTO_TEST_CASE(the_check_of_another_service_does_not_ask_for_our_cookie_for_others) {
  const auto check = [](const std::string& lines) {
    return in_server("location /x { auth_request /check; root /srv; }\nlocation = /check { internal;\n" +
                     lines + " proxy_pass http://127.0.0.1:4180; }\n" + protected_with(""));
  };
  BOOST_TEST(
      check(kPublic + "set $session_keep_cookie on;") ==
      finding("site.conf:3: danger: location = /check answers checks, with the variables of the request: the "
              "location that asks passes the session cookie on too",
              "without this line: location = /check needs no session-gateway-public.conf"));
  BOOST_TEST(check("") == "");
}

BOOST_AUTO_TEST_SUITE_END()
