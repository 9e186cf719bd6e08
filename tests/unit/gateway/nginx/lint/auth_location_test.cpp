// The location that auth_request asks: each bad example beside its mended one.

#include "tests/support/linting.h"

using namespace session::gateway;

namespace {

// An auth location by hand as it should be, in line 1, and a place that it protects, from line 2. `without`
// is taken out of it, `more` put in.
std::string site_with(const std::string& more = "", const std::string& without = "",
                      const std::string& server = "", const std::string& http = "") {
  std::string auth =
      "location = /auth { internal; fastcgi_pass session_gateway; fastcgi_keep_conn on; "
      "fastcgi_store /dev/null/x; fastcgi_pass_request_headers off; fastcgi_pass_request_body off; "
      "fastcgi_param CONTENT_LENGTH \"\"; fastcgi_param GATEWAY_ENDPOINT auth; fastcgi_param GATEWAY_REQUIRE "
      "login; "
      "fastcgi_param HTTP_COOKIE $http_cookie; fastcgi_buffer_size 48k; ";
  if (!without.empty()) {
    const auto at = auth.find(without);
    BOOST_REQUIRE(at != auth.npos);
    auth.erase(at, without.size());
  }
  const NginxFiles files;
  files.write("nginx.conf", "http { include session-gateway-upstream.conf; " + http + " server { " + server +
                                " include site.conf; } }");
  files.write("site.conf",
              auth + more +
                  "}\nlocation /a/ { auth_request /auth; root /srv;\n"
                  "auth_request_set $c $upstream_http_set_cookie; add_header Set-Cookie $c always; }");
  return files.lint(kSomeRules, false);
}

const std::string kAuth = "site.conf:1: ";

}  // namespace

BOOST_AUTO_TEST_SUITE(checks)

BOOST_AUTO_TEST_CASE(an_auth_location_by_hand_can_be_fine) { BOOST_TEST(site_with() == ""); }

BOOST_AUTO_TEST_CASE(a_check_is_answered_by_the_gateway_only) {
  const auto usage = [](const std::string& location) {
    return in_server("location /a/ { root /srv;\nauth_request /check; }\n" + location);
  };
  const std::string include = "include session-gateway-server.conf;";
  const std::string cookie = finding(
      "site.conf:1: advice: location /a/: a session cookie that the gateway renews does not reach the "
      "browser",
      "auth_request_set $session_set_cookie $upstream_http_set_cookie; add_header Set-Cookie "
      "$session_set_cookie always;");
  const std::string nothing = finding(
      "nginx.conf:3: advice: no location of any server asks session-gateway: nothing is protected by it",
      "include session-gateway-protect.conf;");
  BOOST_TEST(
      usage("") ==
      nothing +
          finding(
              "site.conf:2: danger: auth_request /check: no location of this server is known to answer that",
              include));
  BOOST_TEST(usage("location = /check { return 200; }") ==
             nothing + finding("site.conf:2: danger: auth_request /check is answered by location = /check "
                               "(site.conf:3), which "
                               "asks nobody: a 2xx lets everybody in",
                               include));
  BOOST_TEST(usage("location / { auth_request /check; proxy_pass http://app; }") ==
             nothing +
                 finding("site.conf:2: danger: auth_request /check is answered by location /, an "
                         "application: all that it "
                         "answers lets everybody in",
                         include) +
                 finding("site.conf:3: danger: auth_request /check is answered by location /, an "
                         "application: all that it "
                         "answers lets everybody in",
                         include));
  // Another service may answer checks, too, or a script.
  BOOST_TEST(usage("location = /check { internal; fastcgi_pass 127.0.0.1:9000; fastcgi_param SCRIPT_FILENAME "
                   "/x.php; }" +
                   protected_with("")) == "");
  BOOST_TEST(
      usage("location = /check { internal; proxy_pass http://127.0.0.1:4180; }" + protected_with("")) == "");
}

BOOST_AUTO_TEST_CASE(a_configuration_that_asks_nobody_is_told) {
  BOOST_TEST(
      of_file("http {\nserver { location / { root /srv; } } }") ==
      finding(
          "nginx.conf:2: advice: no location of any server asks session-gateway: nothing is protected by it",
          "include session-gateway-protect.conf;"));
}

BOOST_AUTO_TEST_CASE(clients_do_not_reach_it) {
  BOOST_TEST(site_with("", "internal; ") ==
             finding(kAuth + "advice: location = /auth, which auth_request asks, can be asked by clients too",
                     "internal;"));
}

BOOST_AUTO_TEST_CASE(it_asks_the_endpoint_auth) {
  BOOST_TEST(site_with("", "fastcgi_param GATEWAY_ENDPOINT auth; ") ==
             finding(kAuth + "advice: location = /auth, which auth_request asks, has no GATEWAY_ENDPOINT: "
                             "every check fails with a 500",
                     "fastcgi_param GATEWAY_ENDPOINT auth;"));
  BOOST_TEST(site_with("\nfastcgi_param GATEWAY_ENDPOINT health;", "fastcgi_param GATEWAY_ENDPOINT auth; ") ==
             finding("site.conf:2: danger: auth_request asks the endpoint health: its 2xx is no check, and "
                     "lets people in",
                     "fastcgi_param GATEWAY_ENDPOINT auth;"));
}

BOOST_AUTO_TEST_CASE(it_requires_a_login) {
  const std::string text =
      "danger: location = /auth passes every session, also of people who have not logged in";
  const std::string line = "fastcgi_param GATEWAY_REQUIRE login; ";
  BOOST_TEST(site_with("", line) == finding(kAuth + text, "fastcgi_param GATEWAY_REQUIRE login;"));
  BOOST_TEST(site_with("\nfastcgi_param GATEWAY_REQUIRE \" ,\";", line) ==
             finding("site.conf:2: " + text, "fastcgi_param GATEWAY_REQUIRE login;"));
  BOOST_TEST(site_with("fastcgi_param GATEWAY_REQUIRE admin;", line) == "");
}

BOOST_AUTO_TEST_CASE(a_location_that_says_nothing_requires_nothing) {
  const auto site = [](const std::string& required, const std::string& says) {
    const std::string here =
        "\nlocation @variables { set $rule ''; set $more ''; return 404; }\nlocation /a/ {" + says +
        "auth_request /auth; root /srv; add_header Set-Cookie $c always; " +
        "auth_request_set $c $upstream_http_set_cookie; auth_request_set $more ''; }\n";
    const NginxFiles files;
    files.write("nginx.conf",
                "http { include session-gateway-upstream.conf; map $host $mapped { default login; } server { "
                "include site.conf; } }");
    files.write("site.conf",
                "location = /auth { internal; fastcgi_pass session_gateway; fastcgi_keep_conn on; "
                "fastcgi_store /dev/null/x; fastcgi_pass_request_headers off; fastcgi_pass_request_body off; "
                "fastcgi_param CONTENT_LENGTH \"\"; fastcgi_param GATEWAY_ENDPOINT auth; fastcgi_param "
                "GATEWAY_REQUIRE " +
                    required + "; fastcgi_param HTTP_COOKIE $http_cookie; fastcgi_buffer_size 48k; }" + here);
    return files.lint(kSomeRules, false);
  };
  for (const char* required : {"$rule", "$rule,$more", "\"$rule, $more\""}) {
    BOOST_TEST(site(required, "") ==
                   finding("site.conf:3: danger: location = /auth requires only what location /a/ says with "
                           "$rule, and this location says nothing: every session passes, also of people who "
                           "have not logged in",
                           "in location = /auth: fastcgi_param GATEWAY_REQUIRE login,$rule;"),
               required);
  }
  BOOST_TEST(site("$rule", "set $rule admin; ") == "");
  BOOST_TEST(site("$rule,$more", "set $more admin; ") == "");
  BOOST_TEST(site("login,$rule", "") == "");
  BOOST_TEST(site("$rule,$mapped", "") == "");
}

BOOST_AUTO_TEST_CASE(no_error_page_makes_a_success_of_a_failure) {
  const auto text = [](const std::string& place) {
    return finding(place +
                       ": danger: this error page makes a success of a check that fails in location = /auth "
                       "(site.conf:1): an outage lets everybody in",
                   "in location = /auth: error_page 418 @session_outage; fastcgi_intercept_errors off;");
  };
  const std::string page = "error_page 502 504 =200 /sorry.html;";
  BOOST_TEST(site_with("", "", page) == text("nginx.conf:1"));
  BOOST_TEST(site_with("", "", "", page) == text("nginx.conf:1"));
  BOOST_TEST(site_with("error_page 500 = /x;") == text("site.conf:1"));
  BOOST_TEST(site_with("error_page 418 @x;", "", page) == "");
  BOOST_TEST(
      site_with("", "", "error_page 502 /sorry.html; error_page 503 =503 /x; error_page 404 =200 /y;") == "");
  BOOST_TEST(site_with("fastcgi_intercept_errors on;", "", "error_page 401 =200 /y;") ==
             text("nginx.conf:1"));
}

BOOST_AUTO_TEST_CASE(it_gets_the_cookies_and_no_more) {
  BOOST_TEST(site_with("", "fastcgi_pass_request_body off; ") ==
             finding(kAuth + "advice: location = /auth: a check has no body, and one must not be announced",
                     "fastcgi_pass_request_body off;"));
  BOOST_TEST(
      site_with("\nfastcgi_param CONTENT_LENGTH $content_length;", "fastcgi_param CONTENT_LENGTH \"\"; ") ==
      finding("site.conf:2: advice: the length of the client's body is passed to the check in location = "
              "/auth, which has none",
              "fastcgi_param CONTENT_LENGTH \"\";"));
  BOOST_TEST(
      site_with("", "fastcgi_pass_request_headers off; ") ==
      finding(kAuth + "advice: location = /auth: all headers of the client are passed to the check, which "
                      "needs the cookies only",
              "fastcgi_pass_request_headers off; fastcgi_param HTTP_COOKIE $http_cookie if_not_empty;"));
  BOOST_TEST(site_with("", "fastcgi_param HTTP_COOKIE $http_cookie; ") ==
             finding(kAuth + "advice: location = /auth: the check gets no cookies, and finds no session",
                     "fastcgi_param HTTP_COOKIE $http_cookie if_not_empty;"));
}

BOOST_AUTO_TEST_CASE(its_answer_fits_into_the_buffer) {
  const auto text = [](const std::string& kilobytes, const std::string& enough) {
    return finding(
        kAuth + "advice: the answer of location = /auth repeats the client's cookies, and nginx takes " +
            kilobytes + " of them: one that does not fit becomes a 503",
        "fastcgi_buffer_size " + enough + "; fastcgi_buffers 4 " + enough + ";");
  };
  const std::string line = "fastcgi_buffer_size 48k; ";
  BOOST_TEST(site_with("", line) == text("32k", "48k"));
  BOOST_TEST(site_with("fastcgi_buffer_size 32k;", line) == text("32k", "48k"));
  BOOST_TEST(site_with("fastcgi_buffer_size 33K;", line) == "");
  BOOST_TEST(site_with("", "", "large_client_header_buffers 8 16k;") == text("128k", "192k"));
  BOOST_TEST(site_with("fastcgi_buffer_size 1m;", line, "", "large_client_header_buffers 8 16k;") == "");
  BOOST_TEST(site_with("", line, "large_client_header_buffers 1 2048;") == "");
}

BOOST_AUTO_TEST_CASE(a_set_of_the_server_overrides_the_locations) {
  const std::string account = protected_with("set $session_require admin;");
  BOOST_TEST(
      in_server("\nset $session_require staff;\n" + account) ==
      finding(
          "site.conf:2: danger: set of a server runs again for the check and overrides what locations say: "
          "$session_require is this everywhere",
          "this line in each location that it is meant for"));
  BOOST_TEST(in_server("\nset $other staff;\n" + account) == "");
}

BOOST_AUTO_TEST_CASE(an_inner_location_inherits_no_set) {
  const auto inner = [](const std::string& lines) {
    return protected_with("set $session_require admin;\nlocation /account/in/ { " + lines +
                          " proxy_pass http://app; }");
  };
  BOOST_TEST(
      in_server(inner("")) ==
      finding(
          "site.conf:3: advice: location /account/in/ has the check without session-gateway-protect.conf: it "
          "answers 403 to whoever asks for it, and lets in whom a rewrite of another protected location "
          "leads here",
          "include session-gateway-protect.conf;"));
  BOOST_TEST(
      in_server(inner("include session-gateway-protect.conf;")) ==
      finding(
          "site.conf:3: danger: location /account/in/ inherits the check, but not what the outer location "
          "requires with $session_require",
          "set $session_require ...; as in location /account/"));
  BOOST_TEST(in_server(inner("set $session_require admin; include session-gateway-protect.conf;")) == "");
}

BOOST_AUTO_TEST_CASE(a_check_whose_answer_is_kept_lets_others_in) {
  const auto site = [](const std::string& lines) {
    return "location = /own { internal; fastcgi_pass session_gateway; fastcgi_keep_conn on;\n" + lines +
           "\nfastcgi_pass_request_headers off; fastcgi_pass_request_body off; fastcgi_param "
           "GATEWAY_ENDPOINT "
           "auth; fastcgi_param GATEWAY_REQUIRE login; fastcgi_buffer_size 48k; fastcgi_param HTTP_COOKIE "
           "$http_cookie if_not_empty; }\nlocation /account/ { auth_request /own; root /srv; }";
  };
  const std::string told =
      "danger: location = /own answers checks, and nginx keeps the answers for everybody who asks for the "
      "same "
      "address: one user's session lets others in";
  for (const char* key : {"", "fastcgi_cache_key $request_uri;", "fastcgi_cache_key $cookie_user;",
                          "fastcgi_cache_key $host$session_public_cookie;"})
    BOOST_TEST(in_server(site("fastcgi_cache checks; " + std::string(key))).find(told) != std::string::npos,
               key);
  for (const char* lines :
       {"", "fastcgi_cache off;", "fastcgi_cache checks; fastcgi_cache_key $http_cookie;"})
    BOOST_TEST(in_server(site(lines)).find(told) == std::string::npos, lines);
  BOOST_TEST(in_server("fastcgi_cache checks;\n" + protected_with("")).find("answers checks") ==
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(nginx_takes_a_question_mark_as_a_part_of_the_checks_name) {
  const std::string out = in_server(
      "location / { include session-gateway-public.conf; proxy_pass http://app; }\n"
      "location /account/ { include session-gateway-protect.conf; proxy_pass http://app; }\n"
      "location /more/ { auth_request /_session/auth?x=1; root /srv; }");
  BOOST_TEST(out.find("danger: auth_request /_session/auth?x=1 is answered by location /, an application") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_return_in_the_location_of_the_check_lets_everybody_in) {
  const auto site = [](const std::string& lines) {
    return in_server("location = /own { internal;\n" + lines +
                     "\nfastcgi_pass session_gateway; fastcgi_param GATEWAY_ENDPOINT auth; }\n"
                     "location /account/ { auth_request /own; root /srv; }");
  };
  const std::string told =
      "site.conf:2: danger: return answers the checks of location = /own before anybody is asked: a 2xx lets "
      "everybody in";
  BOOST_TEST(site("return 200 fine;").find(told) != std::string::npos);
  BOOST_TEST(site("if ($http_x_debug) { return 204; }").find(told) != std::string::npos);
  BOOST_TEST(site("if ($http_x_debug) { return 403; }").find("return answers") == std::string::npos);
  const std::string led =
      "site.conf:2: danger: rewrite leads the checks of location = /own to another location before anybody "
      "is "
      "asked: a 2xx of that lets everybody in";
  BOOST_TEST(site("rewrite ^ /open/page.html last;").find(led) != std::string::npos);
  BOOST_TEST(site("if ($http_x_debug) { rewrite ^ /open/page.html; }").find(led) != std::string::npos);
  for (const std::string closed :
       {"rewrite ^ /x break;", "rewrite ^ /x redirect;", "rewrite ^ https://a.test/ last;"})
    BOOST_TEST(site(closed).find("rewrite leads") == std::string::npos, closed);
}

BOOST_AUTO_TEST_SUITE_END()
