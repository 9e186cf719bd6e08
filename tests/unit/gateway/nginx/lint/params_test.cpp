// The params that the gateway acts on: each bad example beside its mended one.

#include <tuple>

#include "tests/support/linting.h"

using namespace session::gateway;

namespace {

std::string session_with(const std::string& lines, const std::string& yaml = "") {
  return in_server(
      "location = /session {\n" + lines + "\ninclude session-gateway-session.conf; }\n" + protected_with(""),
      yaml);
}

// A location that hands requests to the gateway by hand.
std::string gateway_with(const std::string& lines, const std::string& name = "= /x") {
  return in_server("location " + name + " { fastcgi_pass session_gateway; fastcgi_keep_conn on;\n" + lines +
                   "\n}\n" + protected_with(""));
}

// What a commit location passes on beside the actions.
const std::string kOptIn =
    "fastcgi_param GATEWAY_COMMIT $session_trust; fastcgi_param SESSION_STATUS $upstream_status; ";

}  // namespace

BOOST_AUTO_TEST_SUITE(params)

BOOST_AUTO_TEST_CASE(a_client_chooses_no_endpoint) {
  const std::string text =
      "site.conf:2: danger: GATEWAY_ENDPOINT is what the client says ($arg_e): nobody but nginx may control "
      "the gateway";
  const std::string host = "fastcgi_param HTTP_HOST $host;";
  BOOST_TEST(gateway_with("fastcgi_param GATEWAY_ENDPOINT $arg_e;" + host) ==
             finding(text, "fastcgi_param GATEWAY_ENDPOINT session;"));
  BOOST_TEST(gateway_with("fastcgi_param GATEWAY_ENDPOINT session;" + host) == "");
  BOOST_TEST(gateway_with("set $e $arg_e; fastcgi_param GATEWAY_ENDPOINT $e;").find("($e)") !=
             std::string::npos);
  // What a pattern lets through is one of its words.
  const std::string denied = "deny all; fastcgi_param GATEWAY_ENDPOINT $probe;";
  BOOST_TEST(gateway_with(denied, "~ ^/(?<probe>health|ready)$") == "");
  BOOST_TEST(gateway_with(denied, "~ ^/(?<probe>.*)$")
                 .find("danger: GATEWAY_ENDPOINT is what the client says ($probe)") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_client_changes_no_session_by_its_own_header) {
  const auto commit = [](const std::string& value) {
    return gateway_with(
        "internal; fastcgi_pass_request_body off; fastcgi_param HTTP_HOST $host; " + kOptIn +
        "fastcgi_param GATEWAY_ENDPOINT commit; set $x $upstream_http_x_session_set; fastcgi_param "
        "SESSION_SET " +
        value + ";");
  };
  BOOST_TEST(commit("$http_x_session_set") ==
             finding("site.conf:2: danger: SESSION_SET is what the client says ($http_x_session_set): nobody "
                     "but nginx may "
                     "control the gateway",
                     "fastcgi_param SESSION_SET $session_commit_set if_not_empty;"));
  BOOST_TEST(commit("$x") == "");
}

BOOST_AUTO_TEST_CASE(a_client_does_not_say_who_may_commit) {
  const auto commit = [](const std::string& lines) {
    return gateway_with("internal; fastcgi_pass_request_body off; fastcgi_param GATEWAY_ENDPOINT commit; " +
                        lines);
  };
  for (const auto& [param, right, other] :
       {std::tuple("GATEWAY_COMMIT", "$session_trust", "fastcgi_param SESSION_STATUS $upstream_status;"),
        std::tuple("SESSION_STATUS", "$session_commit_status",
                   "fastcgi_param GATEWAY_COMMIT $session_trust;")}) {
    BOOST_TEST(commit(other + std::string("\nfastcgi_param ") + param + " $http_x;") ==
               finding("site.conf:3: danger: " + std::string(param) +
                           " is what the client says ($http_x): nobody but nginx may control the gateway",
                       "fastcgi_param " + std::string(param) + " " + right + ";"));
  }
}

// The port is the client's word, and may be: no page can set it.
BOOST_AUTO_TEST_CASE(the_host_may_have_the_port_that_the_browser_names) {
  const std::string endpoint = "fastcgi_param GATEWAY_ENDPOINT session;";
  BOOST_TEST(gateway_with("fastcgi_param HTTP_HOST $host$session_port;" + endpoint) == "");
  BOOST_TEST(gateway_with("fastcgi_param HTTP_HOST $http_host$session_port;" + endpoint).find("danger") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_client_chooses_no_rule) {
  const std::string rule = protected_with("\nset $session_require $http_x_rule;");
  BOOST_TEST(in_server(rule).find(
                 "danger: GATEWAY_REQUIRE is what the client says ($session_require): nobody but nginx") !=
             std::string::npos);
  BOOST_TEST(in_server(protected_with("set $session_require admin;")) == "");
}

BOOST_AUTO_TEST_CASE(the_variable_that_the_operator_writes_is_named) {
  const std::string out = in_server(protected_with("set $session_login $arg_rule;"));
  BOOST_TEST(out.find("GATEWAY_REQUIRE is what the client says ($session_login):") != std::string::npos, out);
  BOOST_TEST(out.find("$session_login_here") == std::string::npos, out);
}

BOOST_AUTO_TEST_CASE(browsers_do_not_set_any_attribute) {
  const std::string write = "fastcgi_param GATEWAY_ALLOW set:theme;";
  const std::string any =
      "site.conf:2: danger: location = /session lets browsers set any attribute: users can make themselves "
      "anybody";
  BOOST_TEST(session_with("fastcgi_param GATEWAY_ALLOW set;") == finding(any, write));
  BOOST_TEST(session_with("fastcgi_param GATEWAY_ALLOW \"unset, set\";") == finding(any, write));
  BOOST_TEST(session_with("fastcgi_param GATEWAY_ALLOW set:theme,unset,destroy,regenerate;") == "");
  BOOST_TEST(session_with("fastcgi_param GATEWAY_ALLOW set;\ninternal;") == "");
}

BOOST_AUTO_TEST_CASE(browsers_do_not_set_who_they_are_or_what_they_may_do) {
  const auto text = [](const std::string& attribute) {
    return finding("site.conf:2: danger: location = /session lets browsers set " + attribute +
                       ", which says who they are or what they may do",
                   "fastcgi_param GATEWAY_ALLOW set:theme;");
  };
  BOOST_TEST(session_with("fastcgi_param GATEWAY_ALLOW set:user;") == text("user"));
  const std::string yaml =
      "identity: { subject: /me/id, headers: { X-Auth-Request-User: /me/id } }\nrules: { admin: { /groups: { "
      "contains: "
      "admin }, /a~1b: { exists: true "
      "} } }\n";
  BOOST_TEST(session_with("fastcgi_param GATEWAY_ALLOW set:me;", yaml) == text("me"));
  BOOST_TEST(session_with("fastcgi_param GATEWAY_ALLOW unset:x,set:groups;", yaml) == text("groups"));
  BOOST_TEST(session_with("fastcgi_param GATEWAY_ALLOW set:a/b;", yaml) == text("a/b"));
  BOOST_TEST(session_with("fastcgi_param GATEWAY_ALLOW set:user;", yaml) == "");
}

BOOST_AUTO_TEST_CASE(the_host_is_the_one_that_nginx_has_routed_on) {
  const std::string endpoint = "fastcgi_param GATEWAY_ENDPOINT session;";
  const std::string write = "fastcgi_param HTTP_HOST $host;";
  BOOST_TEST(gateway_with("fastcgi_param HTTP_HOST $http_host;" + endpoint) ==
             finding("site.conf:2: danger: the gateway compares other sites with HTTP_HOST: $http_host is "
                     "the client's, and need "
                     "not be the host that nginx has routed on",
                     write));
  BOOST_TEST(gateway_with(endpoint) == finding("site.conf:1: danger: location = /x: the client's own Host "
                                               "reaches the gateway, which compares other sites with it",
                                               write));
  BOOST_TEST(gateway_with(write + endpoint) == "");
}

BOOST_AUTO_TEST_CASE(clients_do_not_reach_commit) {
  const std::string lines = kOptIn + "fastcgi_param GATEWAY_ENDPOINT commit; fastcgi_pass_request_body off;";
  BOOST_TEST(
      gateway_with(lines) ==
      finding(
          "site.conf:1: danger: location = /x changes sessions for applications: clients must not reach it",
          "internal;"));
  BOOST_TEST(gateway_with(lines + "internal;") == "");
}

BOOST_AUTO_TEST_CASE(a_commit_gets_no_body) {
  const std::string lines = kOptIn + "internal; fastcgi_param GATEWAY_ENDPOINT commit;";
  BOOST_TEST(gateway_with(lines) ==
             finding("site.conf:1: advice: location = /x: the body of the request was for the application, "
                     "and is no action",
                     "fastcgi_pass_request_body off; fastcgi_param CONTENT_LENGTH \"\";"));
  BOOST_TEST(gateway_with(lines + "fastcgi_pass_request_body off;") == "");
}

BOOST_AUTO_TEST_CASE(what_is_not_for_the_public_is_closed_to_it) {
  for (const std::string endpoint : {"admin", "console", "metrics", "health", "ready"}) {
    const std::string line = "fastcgi_param GATEWAY_ENDPOINT " + endpoint + ";";
    const bool for_operators = endpoint == "admin" || endpoint == "console";
    const bool danger = for_operators || endpoint == "metrics";
    const std::string nobody =
        for_operators ? finding(
                            "site.conf:1: advice: location = /x has no rule that says who operators are, "
                            "so the gateway answers 403 to everybody",
                            "set $session_require admin;")
                      : "";
    BOOST_TEST(
        gateway_with(line) ==
        finding(danger ? "site.conf:1: danger: location = /x opens the endpoint " + endpoint + " to everybody"
                       : "site.conf:1: advice: location = /x is for monitoring, and open to everybody",
                "allow 127.0.0.1; deny all;") +
            nobody);
    BOOST_TEST(gateway_with(line + "allow 127.0.0.1; deny all;") == nobody);
  }
}

BOOST_AUTO_TEST_CASE(every_location_of_the_gateway_sends_its_secret_and_no_other_one_gets_it) {
  const std::string yaml = "listen: [ { unix: /run/a, secret: { value: " + std::string(32, 's') + " } } ]\n";
  const std::string include = "include /etc/session-gateway/nginx/secret*.conf;";
  const std::string own =
      "location = /x { fastcgi_pass session_gateway; fastcgi_keep_conn on; internal;\n"
      "fastcgi_param GATEWAY_ENDPOINT session; fastcgi_param HTTP_HOST $host;\n@\n}\n";
  const auto lint = [&](const std::string& line, const std::string& configuration) {
    std::string lines = own;
    lines.replace(lines.find('@'), 1, line);
    const std::string all = in_server(lines + protected_with(""), configuration);
    std::string found;  // about this location
    for (std::size_t at = 0; (at = all.find("site.conf:", at)) != all.npos; ++at)
      found += all.substr(at, all.find("\nsession-gateway", at) - at);
    return found;
  };
  BOOST_TEST(lint("", "") == "");
  BOOST_TEST(lint("fastcgi_param GATEWAY_SECRET s;", yaml) == "");
  BOOST_TEST(lint("", yaml).find("site.conf:1: danger: location = /x does not send the secret of `listen`") ==
             0u);
  BOOST_TEST(lint("fastcgi_param GATEWAY_SECRET $s;", yaml).find("the gateway's secret is in a variable") !=
             std::string::npos);
  BOOST_TEST(lint("fastcgi_param GATEWAY_SECRET $http_x;", "").find("is what the client says ($http_x)") !=
             std::string::npos);
  BOOST_TEST(in_server("fastcgi_param GATEWAY_SECRET s;\nlocation /php { fastcgi_pass 127.0.0.1:9000; }\n")
                 .find("site.conf:1: danger: location /php gives the gateway's secret to an application") !=
             std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
