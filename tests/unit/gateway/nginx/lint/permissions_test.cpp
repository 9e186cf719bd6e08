// What locations and the rules of gateway.yaml say of each other: each bad example beside its mended one.

#include "tests/support/linting.h"

using namespace session::gateway;

namespace {

const std::string kActive = "rules: { active: { /suspended: { exists: false }, /user: { exists: true } } }\n";

std::string session_with(const std::string& allow) {
  return "location = /session {\nfastcgi_param GATEWAY_ALLOW " + allow +
         ";\ninclude session-gateway-session.conf; }\n" + protected_with("set $session_require active;");
}

std::string unknown(const std::string& line, const std::string& rule, const std::string& meant) {
  return "site.conf:" + line + ": advice: gateway.yaml has no rule " + rule +
         ", so nobody satisfies it, and this answers 403" +
         (meant.empty() ? "" : "; did you mean " + meant + "?");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(permissions)

BOOST_AUTO_TEST_CASE(browsers_unset_nothing_that_a_rule_wants_to_be_absent) {
  const std::string lifted = finding(
      "site.conf:2: danger: location = /session lets browsers unset suspended, which rule active wants to be "
      "absent: whoever removes it satisfies the rule",
      "fastcgi_param GATEWAY_ALLOW unset:theme;");
  for (const char* allow :
       {"unset", "set:theme,unset", "'destroy, unset:suspended'", "\"unset:suspended , unset:x\""})
    BOOST_TEST(in_server(session_with(allow), kActive) == lifted, allow);
  for (const char* allow : {"set:theme,unset:theme", "destroy", "unset:user", "unset:suspended2"})
    BOOST_TEST(in_server(session_with(allow), kActive) == "", allow);
  const std::string present = "rules: { active: { /suspended: { exists: true } } }\n";
  BOOST_TEST(in_server(session_with("unset"), present) == "");
}

BOOST_AUTO_TEST_CASE(the_attribute_of_a_deeper_pointer_can_be_unset_whole) {
  const std::string deep = "rules: { active: { /flags/banned: { exists: false } } }\n";
  BOOST_TEST(in_server(session_with("unset:flags"), deep).find("lets browsers unset flags") !=
             std::string::npos);
  BOOST_TEST(in_server(session_with("unset:banned"), deep) == "");
}

BOOST_AUTO_TEST_CASE(browsers_set_nothing_that_an_identity_header_says) {
  for (const std::string attribute : {"email", "groups"}) {
    BOOST_TEST(in_server(session_with("set:" + attribute), kActive) ==
               finding("site.conf:2: danger: location = /session lets browsers set " + attribute +
                           ", which says who they are or what they may do",
                       "fastcgi_param GATEWAY_ALLOW set:theme;"));
  }
  // As the demo has it: a header of a preference.
  const std::string theme = "identity: { headers: { X-Remote-User: /user, X-Remote-Theme: /theme } }\n";
  BOOST_TEST(in_server("location = /session {\nfastcgi_param GATEWAY_ALLOW set:theme;\n"
                       "include session-gateway-session.conf; }\n"
                       "location / { include session-gateway-protect.conf; root /srv; }",
                       theme) == "");
}

BOOST_AUTO_TEST_CASE(a_rule_that_is_required_exists) {
  BOOST_TEST(in_server(protected_with("set $session_require amdin;")) ==
             finding(unknown("2", "amdin", "admin"), "admin in place of amdin"));
  BOOST_TEST(in_server(protected_with("set $session_require \"admin, audit\";")) ==
             finding(unknown("2", "audit", ""), "in gateway.yaml: rules: { audit: { ... } }"));
  BOOST_TEST(in_server(protected_with("set $session_login logn;")) ==
             finding(unknown("2", "logn", "login"), "login in place of logn"));
  for (const char* lines : {"set $session_require admin,staff;", "set $session_require 'login, admin';",
                            "set $session_login '';", "set $other amdin;"})
    BOOST_TEST(in_server(protected_with(lines)) == "", lines);
}

BOOST_AUTO_TEST_CASE(a_rule_that_a_map_requires_exists) {
  const auto site = [](const std::string& value) {
    return "http { include session-gateway-upstream.conf; include session-gateway-http.conf;\n"
           "map $request_method $needed { default admin;\nPOST " +
           value +
           "; }\nserver { listen 443 ssl; include session-gateway-server.conf;\n"
           "location = /auth { internal; fastcgi_pass session_gateway; fastcgi_keep_conn on;\n"
           "fastcgi_store /dev/null/session-gateway; fastcgi_pass_request_headers off;\n"
           "fastcgi_pass_request_body off; fastcgi_param CONTENT_LENGTH ''; fastcgi_param GATEWAY_ENDPOINT "
           "auth;\n"
           "fastcgi_param GATEWAY_REQUIRE login,$needed; fastcgi_param HTTP_COOKIE $http_cookie "
           "if_not_empty;\n"
           "fastcgi_buffer_size 48k; fastcgi_buffers 4 48k; }\n"
           "location /files/ { auth_request /auth; auth_request_set $c $upstream_http_set_cookie;\n"
           "add_header Set-Cookie $c always; root /srv; } } }";
  };
  BOOST_TEST(of_file(site("staf")) ==
             finding("nginx.conf:3: advice: gateway.yaml has no rule staf, so nobody satisfies it, and this "
                     "answers 403; did you mean staff?",
                     "staff in place of staf"));
  BOOST_TEST(of_file(site("staff")) == "");
}

BOOST_AUTO_TEST_CASE(a_rule_says_who_operators_are) {
  const std::string yaml =
      "rules: { admin: { /groups: { contains: admin } }, recent: { authenticated_within: "
      "1m }, active: { /suspended: { exists: false } } }\n";
  for (const std::string file : {"admin", "console"}) {
    const auto location = [&](const std::string& lines) {
      return "location /_console/ {\n" + lines +
             "\ninclude session-gateway-protect.conf;\ninclude session-gateway-" + file + ".conf; }";
    };
    const std::string nobody = finding(
        "site.conf:1: advice: location /_console/ has no rule that says who operators are, so the gateway "
        "answers 403 to everybody",
        "set $session_require admin;");
    for (const char* lines : {"set $session_require recent;", "", "set $session_require 'login, recent';",
                              "set $session_require active;"})
      BOOST_TEST(in_server(location(lines), yaml) == nobody, file << ": " << lines);
    for (const char* lines : {"set $session_require admin;", "set $session_require recent,admin;"})
      BOOST_TEST(in_server(location(lines), yaml) == "", file << ": " << lines);
  }
}

BOOST_AUTO_TEST_SUITE_END()
