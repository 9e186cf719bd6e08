// Who may change sessions, and who gets the session cookie: each bad example beside its mended one.

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

}  // namespace

BOOST_AUTO_TEST_SUITE(lint_commits)

BOOST_AUTO_TEST_CASE(a_location_that_includes_nothing_gets_the_session_cookie) {
  BOOST_TEST(beside_site("location /tenant/ { " + kTenant + " }") == cookie_danger("location /tenant/"));
  BOOST_TEST(beside_site("location /tenant/ { fastcgi_pass 127.0.0.1:9000; }") ==
             cookie_danger("location /tenant/"));
  BOOST_TEST(beside_site("location /tenant/ { uwsgi_pass 127.0.0.1:9000; }") ==
             cookie_danger("location /tenant/", "uwsgi_param HTTP_COOKIE $session_public_cookie;"));
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

BOOST_AUTO_TEST_CASE(a_commit_location_asks_who_may_commit) {
  const auto commit = [](const std::string& lines) {
    return of_file(
        "http { include session-gateway-upstream.conf; include session-gateway-http.conf;\n"
        "server {\nlocation = /commit { internal; fastcgi_pass session_gateway; fastcgi_keep_conn on; "
        "fastcgi_pass_request_body off; fastcgi_param GATEWAY_ENDPOINT commit; " +
        lines + " }\nlocation /tenant/ { " + kTenant +
        " }\n"
        "location = /_session/auth { internal; fastcgi_pass session_gateway; fastcgi_keep_conn on; "
        "fastcgi_store /dev/null/x; fastcgi_pass_request_body off; fastcgi_pass_request_headers off; "
        "fastcgi_param GATEWAY_ENDPOINT auth; fastcgi_param GATEWAY_REQUIRE login; "
        "fastcgi_param HTTP_COOKIE $http_cookie; fastcgi_buffer_size 48k; fastcgi_buffers 4 48k; }\n"
        "location / { include session-gateway-protect.conf; root /srv; } } }");
  };
  const std::string status = "fastcgi_param SESSION_STATUS $upstream_status;";
  const std::string open = finding(
      "nginx.conf:3: danger: location = /commit asks no location whether it may commit: every application of "
      "this server can log visitors in as anybody, with X-Accel-Redirect",
      "include session-gateway-server.conf; in place of it");
  const std::string cookie =
      "nginx.conf:4: danger: location /tenant/: the session cookie reaches what is behind this location, and "
      "whoever "
      "has it has the session";
  BOOST_TEST(commit(status) ==
             open + finding(cookie + "; its X-Accel-Redirect logs visitors in as anybody", kIncludePublic));
  BOOST_TEST(commit(status + "fastcgi_param GATEWAY_COMMIT on;").starts_with(open));
  BOOST_TEST(commit(status + "fastcgi_param GATEWAY_COMMIT $session_commit_before;") ==
             finding(cookie, kIncludePublic));
  BOOST_TEST(
      commit("fastcgi_param GATEWAY_COMMIT $session_commit_before;") ==
      finding(
          "nginx.conf:3: advice: location = /commit: the gateway does not learn the application's status: an "
          "error page that keeps the headers of a login logs the visitor in",
          "set $session_commit_status $upstream_status; fastcgi_param SESSION_STATUS "
          "$session_commit_status;") +
          finding(cookie, kIncludePublic));
}

BOOST_AUTO_TEST_CASE(the_right_to_commit_does_not_go_along_to_a_name_or_with_a_rewrite) {
  const std::string tenant = "proxy_set_header Cookie \"\"; " + kTenant;
  const auto to_name = [&](const std::string& way, const std::string& target) {
    return in_server("location /x/ { " + kPublic + "\n" + way + " }\nlocation " + target + tenant + " }\n" +
                     protected_with(""));
  };
  const auto along = [](const std::string& title) {
    return finding(
        "site.conf:2: danger: this leads to " + title +
            " (site.conf:3), where it still holds that location /x/ may commit: what is behind it can log "
            "visitors in as anybody, with X-Accel-Redirect",
        "in " + title + ": set $session_commit \"\";");
  };
  BOOST_TEST(to_name("try_files $uri @t;", "@t { ") == along("location @t"));
  BOOST_TEST(to_name("error_page 404 = @t;", "@t { ") == along("location @t"));
  BOOST_TEST(to_name("rewrite ^/x/(.*)$ /t/$1 last;", "/t/ { ") == along("location /t/"));
  BOOST_TEST(to_name("rewrite ^ /t/;", "/t/ { ") == along("location /t/"));
  for (const std::string target : {"@t { set $session_commit \"\"; ", "@t { set $session_commit on; "})
    BOOST_TEST(to_name("try_files $uri @t;", target) == "");
  BOOST_TEST(to_name("set $session_commit \"\"; try_files $uri @t;", "@t { ") == "");
  BOOST_TEST(to_name("rewrite ^ /t/ break;", "/t/ { ") == "");
  BOOST_TEST(to_name("rewrite ^ /t/ redirect;", "/t/ { ").find("may commit") == std::string::npos);
  // To another address the files' own lines empty the variable.
  BOOST_TEST(to_name("try_files $uri /t/;", "/t/ { ") == "");
  BOOST_TEST(to_name("error_page 404 /t/;", "/t/ { ") == "");
}

BOOST_AUTO_TEST_SUITE_END()
