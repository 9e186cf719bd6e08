// What applications are told of who somebody is: each bad example beside its mended one.

#include "tests/support/linting.h"

using namespace session::gateway;

namespace {

const std::string kOneHeader = "identity: { headers: { X-Remote-User: /user } }\n";

// A protected location that names the lines of protect.conf itself, but for the identity headers.
std::string by_hand(const std::string& lines) {
  return "location /account/ {\n" + lines +
         "\nauth_request /_session/auth; set $session_not_included \"\";\n"
         "auth_request_set $session_set_cookie $upstream_http_set_cookie;\n"
         "auth_request_set $session_cookie $upstream_http_x_session_cookie;\n"
         "auth_request_set $u $upstream_http_x_remote_user;\n"
         "add_header Set-Cookie $session_set_cookie always; }\n";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(headers)

BOOST_AUTO_TEST_CASE(each_identity_header_is_set_in_a_protected_location) {
  const std::string missing =
      "site.conf:1: danger: location /account/: X-Remote-User is not set: the client's own reaches the "
      "application";
  BOOST_TEST(in_server(by_hand("proxy_set_header Cookie $session_cookie; proxy_pass http://app;"),
                       kOneHeader) == finding(missing, "proxy_set_header X-Remote-User $u;"));
  BOOST_TEST(in_server(by_hand("proxy_set_header Cookie $session_cookie; proxy_set_header x-remote-user $u; "
                               "proxy_pass http://app;"),
                       kOneHeader) == "");
  BOOST_TEST(in_server(by_hand("grpc_set_header Cookie $session_cookie; grpc_pass grpc://app;"), kOneHeader)
                 .starts_with(finding(missing, "grpc_set_header X-Remote-User $u;")));
  const std::string none = "location /account/ { auth_request /_session/auth; proxy_pass http://app; }";
  BOOST_TEST(in_server(none, kOneHeader).starts_with(missing + "; "));
}

BOOST_AUTO_TEST_CASE(each_kind_of_cgi_has_its_own_directive) {
  for (const std::string kind : {"fastcgi", "uwsgi", "scgi"}) {
    const std::string hidden =
        kind == "fastcgi"
            ? ""
            : kind + "_hide_header X-Session-Set; " + kind + "_hide_header X-Session-Unset; " + kind +
                  "_hide_header X-Session-Destroy; " + kind + "_hide_header X-Session-Regenerate; " + kind +
                  "_hide_header X-Session-Lifetime; " + kind + "_hide_header X-Session-Flush; " + kind +
                  "_hide_header X-Session-Location; ";
    const std::string pass =
        hidden + kind + "_param HTTP_COOKIE $session_cookie; " + kind + "_pass 127.0.0.1:9000;";
    BOOST_TEST(
        in_server(by_hand(pass), kOneHeader) ==
        finding("site.conf:1: danger: location /account/: X-Remote-User is not set: the client's own reaches "
                "the application",
                kind + "_param HTTP_X_REMOTE_USER $u;"));
    BOOST_TEST(in_server(by_hand(pass + kind + "_param HTTP_X_REMOTE_USER $u;"), kOneHeader) == "");
    BOOST_TEST(in_server(by_hand(pass + kind + "_pass_request_headers off;"), kOneHeader) == "");
  }
}

BOOST_AUTO_TEST_CASE(an_open_location_of_the_same_application_takes_them_away) {
  const std::string missing =
      "site.conf:1: danger: location /: X-Remote-User is not set in this open place: the client's own "
      "reaches the application";
  const std::string write = "proxy_set_header X-Remote-User \"\";";
  const std::string app = by_hand(
      "proxy_set_header Cookie $session_cookie; proxy_set_header X-Remote-User $u; proxy_pass http://app;");
  // By its name, and by the address that the name stands for.
  BOOST_TEST(in_server("location / { proxy_set_header Cookie \"\"; proxy_pass http://app; }\n" + app,
                       kOneHeader) == finding(missing, write));
  BOOST_TEST(
      in_server("location / { proxy_set_header Cookie \"\"; proxy_pass http://localhost:3000; }\n" + app,
                kOneHeader) == finding(missing, write));
  BOOST_TEST(
      in_server("location / { proxy_set_header Cookie \"\"; " + write + " proxy_pass http://app; }\n" + app,
                kOneHeader) == "");
  BOOST_TEST(
      in_server("location / { proxy_set_header Cookie \"\"; proxy_pass http://127.0.0.1:4000; }\n" + app,
                kOneHeader) == "");
}

BOOST_AUTO_TEST_CASE(the_same_application_by_another_name_is_the_same) {
  const std::string app = by_hand(
      "proxy_set_header Cookie $session_cookie; proxy_set_header X-Remote-User $u; proxy_pass http://app;");
  const std::string expected = finding(
      "site.conf:1: danger: location /: X-Remote-User is not set in this open place: the client's own "
      "reaches the application",
      "proxy_set_header X-Remote-User \"\";");
  for (const char* pass :
       {"proxy_pass http://[::1]:3000;", "proxy_pass http://localhost:3000/;",
        "set $b 127.0.0.1:3000; proxy_pass http://$b;", "set $b http://app; proxy_pass $b$request_uri;"})
    BOOST_TEST(in_server("location / { proxy_set_header Cookie \"\"; " + std::string(pass) + " }\n" + app,
                         kOneHeader) == expected,
               pass);
  BOOST_TEST(
      in_server(
          "location / { proxy_set_header Cookie \"\"; set $b 127.0.0.1:4000; proxy_pass http://$b; }\n" + app,
          kOneHeader) == "");
}

BOOST_AUTO_TEST_CASE(where_a_variable_leads_is_asked_for_beside_protected_places) {
  const std::string app = by_hand(
      "proxy_set_header Cookie $session_cookie; proxy_set_header X-Remote-User $u; proxy_pass http://app;");
  const auto open = [](const std::string& lines) {
    return "location / { proxy_set_header Cookie \"\"; \n" + lines + "proxy_pass http://$host; }\n";
  };
  BOOST_TEST(
      in_server(open("") + app, kOneHeader) ==
      finding("site.conf:2: advice: location /: where http://$host leads can't be told; an application with "
              "protected places would get the client's own X-Remote-User",
              "proxy_set_header X-Remote-User \"\";"));
  BOOST_TEST(in_server(open("proxy_set_header X-Remote-User \"\";") + app, kOneHeader) == "");
  BOOST_TEST(in_server(open("proxy_pass_request_headers off;") + app, kOneHeader) == "");
  BOOST_TEST(of_file("http { include session-gateway-upstream.conf; include session-gateway-http.conf;\n"
                     "server { include session-gateway-server.conf;\n"
                     "location / { include session-gateway-protect.conf; root /srv; } }\n"
                     "server { location / { proxy_pass http://$host; } } }") == "");
}

BOOST_AUTO_TEST_CASE(inherited_lines_end_where_a_location_has_its_own) {
  const std::string outer = by_hand(
      "proxy_set_header Cookie $session_cookie; proxy_set_header X-Remote-User $u; proxy_pass http://app;\n"
      "location /account/in { set $session_not_included \"\"; proxy_pass http://app;\n}");
  BOOST_TEST(in_server(outer, kOneHeader) == "");
  std::string own = outer;
  own.replace(own.find("\n}"), 2, " proxy_set_header X-Other 1; }");
  BOOST_TEST(in_server(own, kOneHeader) ==
             finding("site.conf:3: danger: location /account/in: X-Remote-User is not set: the client's own "
                     "reaches the application; the session cookie reaches the application, which can leak it",
                     "include session-gateway-protect.conf;"));
}

BOOST_AUTO_TEST_CASE(a_pass_within_an_if_is_a_place_of_its_own) {
  BOOST_TEST(
      in_server("location /x { if ($arg_a) {\nproxy_pass http://app; } }\n" + protected_with(""))
          .find("site.conf:1: danger: if in location /x: X-Auth-Request-User, X-Auth-Request-Email and "
                "X-Auth-Request-Groups are not set in this open place") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_clients_word_is_never_the_value) {
  const std::string text =
      "site.conf:2: danger: X-Remote-User is set to what the client says ($http_x_remote_user): anybody can "
      "be anybody";
  BOOST_TEST(in_server(by_hand("proxy_set_header X-Remote-User $http_x_remote_user; proxy_set_header Cookie "
                               "$session_cookie; proxy_pass http://app;"),
                       kOneHeader) == finding(text, "proxy_set_header X-Remote-User $u;"));
  BOOST_TEST(
      in_server("location / { proxy_set_header Cookie \"\"; \nproxy_set_header X-Remote-User "
                "$http_x_remote_user; proxy_pass http://app; }\n" +
                    by_hand("proxy_set_header X-Remote-User $u; proxy_set_header Cookie $session_cookie; "
                            "proxy_pass http://app;"),
                kOneHeader) == finding(text, "proxy_set_header X-Remote-User \"\";"));
}

BOOST_AUTO_TEST_CASE(the_clients_word_by_way_of_a_variable_is_the_clients_still) {
  const std::string pass =
      "proxy_set_header Cookie $session_cookie; proxy_pass http://app; proxy_set_header X-Remote-User ";
  const auto text = [](const std::string& variable) {
    return finding("site.conf:2: danger: X-Remote-User is set to what the client says (" + variable +
                       "): anybody can be anybody",
                   "proxy_set_header X-Remote-User $u;");
  };
  BOOST_TEST(in_server(by_hand("auth_request_set $v $http_x_auth_request_user;" + pass + "$v;"),
                       kOneHeader) == text("$v"));
  BOOST_TEST(in_server(by_hand("auth_request_set $v $sent_http_x$arg_v;" + pass + "$v;"), kOneHeader) ==
             text("$v"));
  BOOST_TEST(in_server(by_hand("auth_request_set $v $upstream_http_x_remote_user;" + pass + "$v;"),
                       kOneHeader) == "");
  BOOST_TEST(in_server(by_hand("auth_request_set $v alice;" + pass + "$v;"), kOneHeader) == "");
}

// auth_request_set comes last: what else gives the variable a value, here or elsewhere, is overwritten.
BOOST_AUTO_TEST_CASE(auth_request_set_counts_where_it_stands) {
  const std::string right = by_hand(
      "proxy_set_header Cookie $session_cookie; proxy_set_header X-Remote-User $u; "
      "proxy_pass http://app; set $u $http_x;");
  BOOST_TEST(in_server(right, kOneHeader) == "");
  const std::string other =
      "location /other/ { auth_request /_session/auth; set $session_not_included ''; root /srv;\n"
      "auth_request_set $c $upstream_http_set_cookie; add_header Set-Cookie $c always; auth_request_set $u "
      "$http_x; }\n";
  BOOST_TEST(in_server(other + right, kOneHeader) == "");
}

BOOST_AUTO_TEST_CASE(a_header_needs_a_variable_that_has_a_value) {
  const std::string pass =
      "proxy_set_header Cookie $session_cookie; proxy_pass http://app; proxy_set_header X-Remote-User ";
  BOOST_TEST(
      in_server(by_hand(pass + "$nobody;"), kOneHeader) ==
      finding(
          "site.conf:1: advice: location /account/: X-Remote-User is always empty: no auth_request_set here "
          "gives $nobody a value",
          "auth_request_set $nobody $upstream_http_x_remote_user;"));
  BOOST_TEST(in_server(by_hand("auth_request_set $nobody $upstream_http_x_remote_user;" + pass + "$nobody;"),
                       kOneHeader) == "");
}

BOOST_AUTO_TEST_CASE(an_application_gets_no_session_cookie) {
  const std::string pass = "proxy_set_header X-Remote-User $u; proxy_pass http://app;";
  BOOST_TEST(in_server(by_hand(pass), kOneHeader) ==
             finding("site.conf:1: advice: location /account/: the session cookie reaches the application, "
                     "which can leak it",
                     "proxy_set_header Cookie $session_cookie;"));
  BOOST_TEST(in_server(by_hand(pass + "proxy_set_header Cookie $session_cookie;"), kOneHeader) == "");
}

BOOST_AUTO_TEST_CASE(an_application_gets_the_host_that_nginx_has_routed_on) {
  const auto text = [](const std::string& line, const std::string& value) {
    return "site.conf:" + line + ": advice: the application gets " + value +
           " as its host, which is the client's, and need not be the host that nginx has routed on";
  };
  const auto open = [](const std::string& lines) {
    return "location / {\n" + lines + "\ninclude session-gateway-public.conf; proxy_pass http://app; }\n" +
           protected_with("");
  };
  const std::string right = "proxy_set_header Host $host;";
  BOOST_TEST(in_server(protected_with("proxy_set_header Host $http_host;")) ==
             finding(text("2", "$http_host"), right));
  BOOST_TEST(in_server(open("proxy_set_header host $http_host;")) == finding(text("2", "$http_host"), right));
  BOOST_TEST(in_server(protected_with("") +
                       "location /php/ { include session-gateway-protect.conf;\n"
                       "fastcgi_param HTTP_HOST $http_host; fastcgi_pass 127.0.0.1:9000; }") ==
             finding(text("6", "$http_host"), "fastcgi_param HTTP_HOST $host;"));
  BOOST_TEST(in_server(protected_with(right)) == "");
  BOOST_TEST(in_server(open(right)) == "");
  BOOST_TEST(in_server(protected_with("") +
                       "location /x { proxy_set_header Host $http_host; proxy_set_header Cookie \"\"; "
                       "proxy_pass http://127.0.0.1:4000; }") == "");
}

BOOST_AUTO_TEST_CASE(names_with_underscores_stay_out) {
  const auto lets = [](const std::string& directive, const std::string& write) {
    return finding(
        "site.conf:1: danger: " + directive +
            " lets the client's X_Remote_User through, which applications may take for X-Remote-User",
        write);
  };
  const std::string app = by_hand(
      "proxy_set_header X-Remote-User $u; proxy_set_header Cookie $session_cookie; proxy_pass http://app;");
  BOOST_TEST(in_server("underscores_in_headers on;\n" + app, kOneHeader) ==
             lets("underscores_in_headers on", "underscores_in_headers off;"));
  BOOST_TEST(in_server("ignore_invalid_headers off;\n" + app, kOneHeader) ==
             lets("ignore_invalid_headers off", "ignore_invalid_headers on;"));
  BOOST_TEST(in_server("underscores_in_headers off;\n" + app, kOneHeader) == "");
  BOOST_TEST(in_server("underscores_in_headers on;\n" +
                           by_hand("proxy_set_header X-Remote-User $u; proxy_set_header X_Remote_User \"\"; "
                                   "proxy_set_header Cookie $session_cookie; proxy_pass http://app;"),
                       kOneHeader) == "");
  // For CGI both spellings are one param.
  BOOST_TEST(
      in_server("underscores_in_headers on;\n" +
                    by_hand("fastcgi_param HTTP_X_REMOTE_USER $u; fastcgi_param HTTP_COOKIE $session_cookie; "
                            "fastcgi_pass 127.0.0.1:9000;"),
                kOneHeader) == "");
}

BOOST_AUTO_TEST_CASE(a_value_of_a_map_and_what_it_captures_are_the_clients_only_where_they_come_from_it) {
  const auto of = [](const std::string& table, const std::string& lines = "") {
    return of_file(
        "http { include session-gateway-upstream.conf; include session-gateway-http.conf;\n" + table +
            "\nupstream app { server 127.0.0.1:3000; }\nserver { include session-gateway-server.conf;\n"
            "location / { " +
            lines +
            " proxy_set_header X-Remote-User $u; proxy_set_header Cookie $session_public_cookie; proxy_pass "
            "http://app; }\nlocation /account/ { auth_request_set $session_x_remote_user "
            "$upstream_http_x_remote_user; include session-gateway-protect.conf; proxy_set_header "
            "X-Remote-User "
            "$session_x_remote_user; proxy_pass http://app; } } }",
        kOneHeader);
  };
  const std::string told =
      "danger: X-Remote-User is set to what the client says ($u): anybody can be anybody";
  for (const char* table : {"map $server_port $u { default $http_x_who; }",
                            "map $http_x_who $u { default ''; ~^user-(?<name>.+)$ $name; }",
                            "map $http_x_who $u { default ''; ~^user-(.+)$ $1; }",
                            "map $server_port $v { default $arg_who; } map $server_port $u { default $v; }",
                            "set_real_ip_from 0.0.0.0/0; geo $u { default ''; 10.0.0.1 admin; }"})
    BOOST_TEST(of(table).find(told) != std::string::npos, table);
  for (const char* table :
       {"map $server_port $u { default nobody; 443 somebody; }",
        "map $ssl_client_s_dn $u { default ''; ~CN=(?<name>[^,]+) $name; }",
        "map $ssl_client_s_dn $u { default ''; ~CN=([^,]+) $1; }", "geo $u { default ''; 10.0.0.1 admin; }"})
    BOOST_TEST(of(table).find(told) == std::string::npos, table);
  BOOST_TEST(of("", "if ($http_x_who ~ ^user-(.+)$) { set $u $1; }").find(told) != std::string::npos);
  BOOST_TEST(of("", "if ($ssl_client_s_dn ~ CN=([^,]+)) { set $u $1; }").find(told) == std::string::npos);
}

BOOST_AUTO_TEST_CASE(clients_do_not_choose_what_a_connection_is_upgraded_to) {
  const auto lines = [](const std::string& upgrade, const std::string& connection) {
    return protected_with("proxy_read_timeout 60s; proxy_http_version 1.1;\nproxy_set_header Upgrade " +
                          upgrade + "; proxy_set_header Connection " + connection + ";");
  };
  const auto finds = [](const std::string& site) {
    return in_server(site).find("upgrades a connection to the protocol that the client names") !=
           std::string::npos;
  };
  BOOST_TEST(
      in_server(lines("$http_upgrade", "upgrade")) ==
      finding("site.conf:3: advice: location /account/ upgrades a connection to the protocol that the client "
              "names: with h2c a client talks past nginx to the application, without a check and with "
              "identity headers of its own. Whether the application speaks that can't be told",
              "proxy_set_header Upgrade $session_upgrade; proxy_set_header Connection $session_connection;"));
  BOOST_TEST(finds(lines("$http_upgrade", "$http_connection")));
  BOOST_TEST(finds("set $kind upgrade;\n" + lines("$http_upgrade", "$kind")));
  BOOST_TEST(finds("set $named $http_upgrade;\n" + lines("$named", "\"Upgrade\"")));
  // An open place of the application is as good to a client.
  BOOST_TEST(finds(protected_with("") +
                   "location /live/ { include session-gateway-public.conf; proxy_http_version 1.1; "
                   "proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade; proxy_pass "
                   "http://app; }"));
  for (const std::string& fine :
       {lines("$session_upgrade", "$session_connection"), lines("websocket", "upgrade"),
        lines("$http_upgrade", "\"\""), protected_with("include session-gateway-proxy.conf;")})
    BOOST_TEST(!finds(fine), fine);
}

BOOST_AUTO_TEST_SUITE_END()
