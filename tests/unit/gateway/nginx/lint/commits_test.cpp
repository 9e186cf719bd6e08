// Who may change sessions: each bad example beside its mended one.

#include "gateway/nginx/lint/rule.h"
#include "tests/support/linting.h"

using namespace session::gateway;

namespace {

const std::string kTenant = "proxy_pass http://127.0.0.1:4000;";
const std::string kPublic = "include session-gateway-public.conf; ";

// A site of whose server nothing but these lines is in question: line 1 is theirs.
std::string beside_site(const std::string& lines) { return in_server(lines + "\n" + protected_with("")); }

}  // namespace

BOOST_AUTO_TEST_SUITE(lint_commits)

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
  BOOST_TEST(commit(status + "fastcgi_param GATEWAY_COMMIT $session_trust;") ==
             finding(cookie, kIncludePublic));
  BOOST_TEST(
      commit("fastcgi_param GATEWAY_COMMIT $session_trust;") ==
      finding(
          "nginx.conf:3: advice: location = /commit: the gateway does not learn the application's status: an "
          "error page that keeps the headers of a login logs the visitor in",
          "set $session_commit_status $upstream_status; fastcgi_param SESSION_STATUS "
          "$session_commit_status;") +
          finding(cookie, kIncludePublic));
}

BOOST_AUTO_TEST_CASE(a_commit_location_does_not_go_by_a_variable_of_set_alone) {
  const auto commit = [](const std::string& word) {
    return in_server(
        "location = /commit { internal; fastcgi_pass session_gateway; fastcgi_keep_conn on; "
        "fastcgi_pass_request_body off; fastcgi_param GATEWAY_ENDPOINT commit; fastcgi_param SESSION_STATUS "
        "$upstream_status;\nfastcgi_param GATEWAY_COMMIT " +
        word + "; }\n" + protected_with(""));
  };
  BOOST_TEST(
      commit("$session_commit") ==
      finding("site.conf:2: danger: $session_commit need not be what the location that answered has said: "
              "nginx keeps a variable when it goes on to another location, and shares it with parts of a "
              "page",
              "include session-gateway-server.conf; in place of location = /commit"));
  BOOST_TEST(commit("$session_trust") == "");
}

BOOST_AUTO_TEST_CASE(the_right_to_commit_does_not_go_along_to_lines_that_are_inherited) {
  const std::string inner = "location /x/t/ { " + kTenant;
  const auto ways = [&](const std::string& way, const std::string& location) {
    return in_server("location /x/ { " + kPublic + kTenant + " " + location + " } }\nlocation /y/ { " +
                     kPublic + "\n" + way + " }\n" + protected_with(""));
  };
  const std::string along = finding(
      "site.conf:3: danger: this leads to location /x/t/ (site.conf:1), where it still holds that location "
      "/y/ "
      "may commit: what is behind it can log visitors in as anybody, with X-Accel-Redirect",
      "in location /x/t/: set $session_commit \"\";");
  BOOST_TEST(ways("rewrite ^/y/(.*)$ /x/t/$1 last;", inner) == along);
  BOOST_TEST(ways("rewrite ^ /x/t/;", inner) == along);
  for (const std::string word : {"\"\"", "on"})
    BOOST_TEST(ways("rewrite ^ /x/t/ last;", inner + "set $session_commit " + word + ";") == "");
  BOOST_TEST(ways("rewrite ^ /x/t/ last;", inner + "proxy_set_header Cookie \"\";") == "");
  BOOST_TEST(ways("set $session_commit \"\"; rewrite ^ /x/t/ last;", inner) == "");
  BOOST_TEST(ways("rewrite ^ /x/t/ break;", inner) == "");
  BOOST_TEST(ways("rewrite ^ /x/t/ redirect;", inner).find("may commit") == std::string::npos);
  BOOST_TEST(ways("try_files $uri /x/t/;", inner) == along);
  BOOST_TEST(ways("error_page 404 /x/t/;", inner) == along);
  BOOST_TEST(ways("rewrite ^ /z/ last; }\nlocation /z/ { rewrite ^ /x/t/ last;", inner) == along);
  BOOST_TEST(ways("rewrite ^ $scheme://other.test/x/t/ last;", inner) == "");
  // A location that sends the request to its application has used its word up.
  BOOST_TEST(ways("proxy_pass http://app; error_page 404 /x/t/;", inner) == "");
}

BOOST_AUTO_TEST_CASE(it_does_not_reach_a_location_with_lines_of_its_own) {
  const std::string tenant = "proxy_set_header Cookie \"\"; " + kTenant;
  for (const std::string way : {"try_files $uri @t;", "error_page 404 = @t;", "rewrite ^ /t/ last;"})
    BOOST_TEST(in_server("location /x/ { " + kPublic + way + " }\nlocation @t { " + tenant +
                         " }\nlocation /t/ { " + tenant + " }\n" + protected_with("")) == "",
               way);
}

BOOST_AUTO_TEST_CASE(who_may_commit_has_the_header_that_notes_whose_lines_a_request_goes_by) {
  const auto usage = [](const std::string& line) {
    return beside_site("location / { " + kPublic + "uwsgi_param HTTP_COOKIE \"\"; " + line +
                       " uwsgi_pass 127.0.0.1:9000; }");
  };
  BOOST_TEST(usage("") ==
             finding("site.conf:1: advice: location /: the application can't commit: this line is "
                     "missing among those for it",
                     "uwsgi_param HTTP_X_SESSION_COMMIT $session_stamp;"));
  BOOST_TEST(usage("uwsgi_param HTTP_X_SESSION_COMMIT $session_stamp;") == "");
  BOOST_TEST(usage("set $session_commit \"\";") == "");
}

BOOST_AUTO_TEST_SUITE_END()
