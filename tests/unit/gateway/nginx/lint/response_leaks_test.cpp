// What browsers and caches get: each bad example beside its mended one.

#include "tests/support/linting.h"

using namespace session::gateway;

BOOST_AUTO_TEST_SUITE(answers)

BOOST_AUTO_TEST_CASE(what_is_said_to_the_gateway_is_hidden_from_browsers) {
  const std::string text =
      "site.conf:1: advice: location /: X-Session-Set of the application, meant for the gateway, reaches "
      "browsers";
  const std::string all =
      "proxy_hide_header X-Session-Set; proxy_hide_header X-Session-Unset; proxy_hide_header "
      "X-Session-Destroy; "
      "proxy_hide_header X-Session-Regenerate; proxy_hide_header X-Session-Lifetime; proxy_hide_header "
      "X-Session-Flush; proxy_hide_header "
      "X-Session-Location;";
  const auto open = [](const std::string& hidden) {
    return "location / { proxy_set_header X-Auth-Request-User \"\"; proxy_set_header X-Auth-Request-Email "
           "\"\"; "
           "proxy_set_header X-Auth-Request-Groups \"\"; proxy_set_header Cookie \"\"; proxy_pass "
           "http://app; " +
           hidden + " }\n" + protected_with("");
  };
  BOOST_TEST(in_server(open("")) == "");  // the server's lines hide them
  BOOST_TEST(in_server(open("proxy_hide_header X-Powered-By;")) == finding(text, all));
  BOOST_TEST(in_server(open("proxy_hide_header X-Powered-By;" + all)) == "");
  BOOST_TEST(in_server(open(all.substr(0, all.rfind("proxy_hide")))) ==
             finding("site.conf:1: advice: location /: X-Session-Location of the application, meant for the "
                     "gateway, reaches browsers",
                     "proxy_hide_header X-Session-Location;"));
}

BOOST_AUTO_TEST_CASE(what_is_hidden_is_not_passed_all_the_same) {
  const auto text = [](const std::string& kind) {
    return finding(
        "site.conf:2: advice: " + kind +
            "_pass_header undoes the hiding of X-Session-Set: what the application tells the gateway "
            "reaches browsers",
        kind + "_hide_header X-Session-Set; and no " + kind + "_pass_header for it");
  };
  BOOST_TEST(in_server(protected_with("proxy_pass_header x-session-set;")) == text("proxy"));
  BOOST_TEST(in_server("\nproxy_pass_header X-Session-Set;\n" + protected_with("")) == text("proxy"));
  BOOST_TEST(in_server("location /p/ {\nfastcgi_pass_header X-Session-Set;\n"
                       "include session-gateway-protect.conf; fastcgi_pass 127.0.0.1:9000; }") ==
             text("fastcgi"));
  for (const std::string kind : {"uwsgi", "grpc"}) {
    const std::string out =
        in_server("location /p/ {\n" + kind + "_pass_header X-Session-Set;\n" +
                  "include session-gateway-protect.conf; " + kind + "_pass 127.0.0.1:9000; }");
    BOOST_TEST(out.find(text(kind)) != std::string::npos, out);
  }
  BOOST_TEST(in_server(protected_with("proxy_pass_header Server; fastcgi_pass_header X-Session-Set;")) == "");
}

BOOST_AUTO_TEST_CASE(a_renewed_cookie_reaches_the_browser) {
  const auto usage = [](const std::string& lines) {
    return "location /a/ { auth_request /_session/auth; set $session_not_included \"\"; root /srv;\n" +
           lines + "\n}";
  };
  const std::string text =
      "site.conf:1: advice: location /a/: a session cookie that the gateway renews does not reach the "
      "browser";
  BOOST_TEST(in_server(usage("")) ==
             finding(text,
                     "auth_request_set $session_set_cookie $upstream_http_set_cookie; add_header Set-Cookie "
                     "$session_set_cookie always;"));
  const std::string kept = "auth_request_set $c $upstream_http_set_cookie;";
  BOOST_TEST(in_server(usage(kept)) == finding(text, "add_header Set-Cookie $c always;"));
  BOOST_TEST(in_server(usage(kept + "add_header Set-Cookie $c always;")) == "");
}

BOOST_AUTO_TEST_CASE(an_add_header_of_an_inner_level_hides_it) {
  const auto with = [](const std::string& more) {
    return protected_with("if ($arg_a) {\nadd_header X-A 1;" + more + " }");
  };
  BOOST_TEST(
      in_server(with("")) ==
      finding(
          "site.conf:2: advice: if in location /account/: a session cookie that the gateway renews does not "
          "reach the browser, as add_header lines of the outer level end here",
          "add_header Set-Cookie $session_set_cookie always;"));
  BOOST_TEST(in_server(with("add_header Set-Cookie $session_set_cookie always;")) == "");
  BOOST_TEST(in_server(protected_with("add_header X-A 1;")) == "");
}

BOOST_AUTO_TEST_CASE(errors_of_the_application_are_its_own) {
  BOOST_TEST(in_server(protected_with("proxy_intercept_errors on;")) ==
             finding("site.conf:2: advice: the application's own 401, 403 and 500 get the answers of refused "
                     "checks: its "
                     "401 leads to the login page",
                     "proxy_intercept_errors off;"));
  BOOST_TEST(in_server(protected_with("proxy_intercept_errors off;")) == "");
  BOOST_TEST(in_server(protected_with("fastcgi_intercept_errors on;")) == "");
}

BOOST_AUTO_TEST_CASE(a_cache_of_a_protected_place_knows_the_user) {
  const std::string text =
      "site.conf:2: danger: location /account/: one user's answer is kept for others: the cache's key holds "
      "no user";
  BOOST_TEST(in_server(protected_with("proxy_cache zone;")) ==
             finding(text, "proxy_cache_key \"$scheme$proxy_host$request_uri$session_user\";"));
  BOOST_TEST(in_server(protected_with("proxy_cache zone; proxy_cache_key $host$request_uri;")) ==
             finding(text, "proxy_cache_key \"$host$request_uri$session_user\";"));
  BOOST_TEST(in_server(protected_with("proxy_cache zone; proxy_cache_key \"$request_uri$session_user\";")) ==
             "");
  BOOST_TEST(in_server("proxy_cache zone;" + protected_with("proxy_cache off;")) == "");
}

BOOST_AUTO_TEST_CASE(a_decoded_address_is_in_no_header) {
  const auto text = [](const std::string& variable) {
    return "site.conf:1: danger: " + variable +
           " is decoded: a line break in an address forges the next header here";
  };
  const std::string account = protected_with("");
  BOOST_TEST(in_server("location /a { return 301 https://$host$uri?x; }" + account) ==
             finding(text("$uri"), "return 301 https://$host$request_uri?x;"));
  BOOST_TEST(in_server("location /a { return https://x${document_uri}; }" + account) ==
             finding(text("$document_uri"), "return https://x${request_uri};"));
  BOOST_TEST(in_server("location /a { root /srv; add_header X-At $uri always; }" + account) ==
             finding(text("$uri"), "add_header X-At $request_uri always;"));
  BOOST_TEST(in_server("location /a { proxy_set_header Cookie \"\"; proxy_set_header X-At $uri; proxy_pass "
                       "http://127.0.0.1:5000; }" +
                       account) == finding(text("$uri"), "proxy_set_header X-At $request_uri;"));
  BOOST_TEST(
      in_server("location /a { return 301 https://$host$request_uri; }\n location /b { return 404 $uri; }" +
                account) == "");
}

BOOST_AUTO_TEST_CASE(a_page_of_ones_own_stands_before_the_include) {
  const std::string before =
      "location /account/ {\nerror_page 403 /no.html;\ninclude session-gateway-protect.conf; proxy_pass "
      "http://app; }";
  const std::string behind =
      "location /account/ {\ninclude session-gateway-protect.conf; proxy_pass http://app;\nerror_page 403 "
      "/no.html; }";
  BOOST_TEST(in_server(before) == "");
  BOOST_TEST(
      in_server(behind) ==
      finding(
          "site.conf:3: advice: this page is never shown: session-gateway-protect.conf, included above, has "
          "one for 403 already, and the first counts",
          "this line before the include"));
}

BOOST_AUTO_TEST_SUITE_END()
