// Where browsers without a session are sent, and whether they keep the cookie: each bad example beside its
// mended one.

#include "tests/support/linting.h"

using namespace session::gateway;

namespace {

// A server without a login page of another host.
std::string site(const std::string& lines, const std::string& listen = "listen 443 ssl;",
                 const std::string& http = "") {
  return "http { include session-gateway-upstream.conf; include session-gateway-http.conf; upstream app { "
         "server "
         "127.0.0.1:3000; } " +
         http + "\nserver {\n" + listen + "\ninclude session-gateway-server.conf;\n" + lines + " } }\n";
}

const std::string kClosed = "{ include session-gateway-protect.conf; proxy_pass http://app; }\n";
const std::string kOpen = "{ include session-gateway-public.conf; proxy_pass http://app; }\n";

const std::string kCircles = finding(
    "nginx.conf:5: advice: visitors without a session are sent to /login, and location /, which answers "
    "there, wants a session, too: browsers go in circles",
    "location = /login { include session-gateway-public.conf; proxy_pass http://app; }");
const std::string kWriteLogin =
    "location = /login { include session-gateway-public.conf; proxy_pass http://app; } or, for a login page "
    "elsewhere, set $session_login_page https://login.example/;";
const std::string kMissing = finding(
    "nginx.conf:2: advice: visitors without a session are sent to /login, and no location of this server "
    "answers there",
    kWriteLogin);

const std::string kBoth = "location / " + kClosed + "location = /login " + kOpen;

std::string over_http(const std::string& place) {
  return finding(
      "nginx.conf:" + place +
          ": advice: this server speaks plain http, and the session cookie is Secure: browsers drop it, "
          "and every login leads back to the login page",
      "listen 443 ssl; or, where something in front of nginx speaks TLS, set $session_scheme https; or, "
      "for a trial without TLS, in gateway.yaml: cookie: { name: session, secure: false }");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(login_page)

BOOST_AUTO_TEST_CASE(the_login_page_needs_no_session) {
  BOOST_TEST(of_site(site("location / " + kClosed)) == kCircles);
  BOOST_TEST(of_site(site(kBoth)) == "");
  BOOST_TEST(of_site(site("location / " + kClosed + "location /account/ " + kClosed)) == kCircles);
  BOOST_TEST(of_site(site("location / " + kOpen + "location /account/ " + kClosed)) == "");
  // It shows a form of its own to whoever has no session.
  BOOST_TEST(
      of_site(site("location / " + kClosed +
                   "location = /login { error_page 401 /form.html; include session-gateway-protect.conf; "
                   "proxy_pass http://app; }\nlocation = /form.html { root /srv; }")) == "");
}

BOOST_AUTO_TEST_CASE(two_protected_login_pages_send_browsers_in_circles) {
  const auto closed = [](const std::string& path, const std::string& page) {
    return "location " + path + " { set $session_login_page " + page +
           "; include session-gateway-protect.conf; proxy_pass http://app; }\n";
  };
  BOOST_TEST(of_site(site(closed("/a", "/b") + closed("/b", "/a"))).find("browsers go in circles") !=
             std::string::npos);
  BOOST_TEST(of_site(site(closed("/a", "/b") + closed("/b", "https://login.example/"))) == "");
  BOOST_TEST(of_site(site(closed("/a", "/b") + closed("/b", "/c") + "location /c " + kOpen)) == "");
}

BOOST_AUTO_TEST_CASE(a_central_login_page_of_this_nginx_needs_no_session_either) {
  const auto central = [](const std::string& page, const std::string& lines) {
    return site("server_name login.example; " + lines +
                " }\nserver { listen 443 ssl; server_name shop.example; "
                "include session-gateway-server.conf;\nlocation / { set $session_login_page " +
                page + "; include session-gateway-protect.conf; proxy_pass http://app; }");
  };
  const std::string closed =
      "location / { set $session_login_page https://login.example/in; include "
      "session-gateway-protect.conf; proxy_pass http://app; }";
  BOOST_TEST(of_site(central("https://login.example:443/in", closed)).find("browsers go in circles") !=
             std::string::npos);
  BOOST_TEST(of_site(central("https://login.example/in", closed + " location = /in " + kOpen)) == "");
  BOOST_TEST(
      of_site(central("https://$host/in", "")).find("sent to https://$host/in, and location /, which") !=
      std::string::npos);
  BOOST_TEST(of_site(central("https://other.example/in", "")) == "");
}

BOOST_AUTO_TEST_CASE(a_login_page_exists) {
  BOOST_TEST(of_site(site("location /account/ " + kClosed)) == kMissing);
  BOOST_TEST(of_site(site("location /account/ " + kClosed + "location /log " + kOpen)) == "");
  // The root may have it.
  BOOST_TEST(of_site(site("root /srv; location /account/ " + kClosed)) == "");
  BOOST_TEST(
      of_site(site("location /account/ " + kClosed + "location = /login { return 404; }")) ==
      finding("nginx.conf:6: advice: visitors without a session are sent to /login, and location = /login "
              "answers no visitor there",
              kWriteLogin));
  BOOST_TEST(of_site(site("location /account/ " + kClosed + "location = /login { internal; root /srv; }"))
                 .find("answers no visitor there") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_word_of_the_server_counts_more_than_that_of_a_location) {
  const auto both = [](const std::string& of_server, const std::string& of_location) {
    return of_site(site("set $session_login_page " + of_server + ";\nlocation / { set $session_login_page " +
                        of_location + "; include session-gateway-protect.conf; proxy_pass http://app; }"));
  };
  const std::string overridden = finding(
      "nginx.conf:6: advice: set of a server runs again for the check and overrides this one: "
      "$session_login_page is what nginx.conf:5 says",
      "the server's line in each location that it is meant for");
  BOOST_TEST(both("https://a.example/", "/sign-in") == overridden);
  BOOST_TEST(both("/sign-in", "https://a.example/").find("browsers go in circles") != std::string::npos);
  BOOST_TEST(both("https://a.example/", "https://a.example/") == "");
}

BOOST_AUTO_TEST_CASE(a_site_of_programs_alone_needs_no_login_page) {
  BOOST_TEST(of_site(site("location /v1/ " + kClosed + "location / { return 404; }")) == "");
  BOOST_TEST(of_site(site("location /shop.Orders/ { include session-gateway-protect.conf; include "
                          "session-gateway-protect-grpc.conf; grpc_pass grpc://127.0.0.1:5000; }")) == "");
}

BOOST_AUTO_TEST_CASE(another_login_page_is_the_one_that_counts) {
  const auto with = [](const std::string& page) {
    return "location /account/ {\nset $session_login_page " + page +
           "; include session-gateway-protect.conf; proxy_pass http://app; }\n";
  };
  BOOST_TEST(of_site(site(with("https://login.example/?site=shop"))) == "");
  BOOST_TEST(of_site(site(with("https://$host:8443/login"))) == "");
  BOOST_TEST(of_site(site(with("/sign-in?from=shop") + "location = /sign-in " + kOpen)) == "");
  BOOST_TEST(
      of_site(site(with("/sign-in")))
          .starts_with(
              "nginx.conf:6: advice: visitors without a session are sent to /sign-in, and no location"));
  BOOST_TEST(of_site(site("set $session_login_page https://login.example/; location /account/ " + kClosed)) ==
             "");
  // Its own page for 401 comes before the one of the include.
  BOOST_TEST(
      of_site(site("location /account/ { error_page 401 /form.html; include session-gateway-protect.conf; "
                   "proxy_pass http://app; }\nlocation = /form.html { root /srv; }")) == "");
}

BOOST_AUTO_TEST_CASE(a_secure_cookie_needs_tls) {
  BOOST_TEST(of_site(site(kBoth, "listen 80;")) == over_http("3"));
  BOOST_TEST(of_site(site(kBoth, "listen 127.0.0.1:80;\nlisten [::]:8080;")) == over_http("4"));
  BOOST_TEST(of_site(site(kBoth, "")) == over_http("2"));  // nginx listens on port 80 then
  BOOST_TEST(of_site(site(kBoth, "listen 80; server_name localhost shop.example;")) == over_http("3"));
  const std::string insecure = "cookie: { name: __Host-session, secure: true }\n";
  BOOST_TEST(of_site(site(kBoth, "listen 80;"), insecure) == over_http("3"));
}

BOOST_AUTO_TEST_CASE(a_server_that_browsers_reach_by_tls_is_fine) {
  for (const char* listen :
       {"listen 443 ssl;", "listen 80; listen 443 ssl http2;", "listen unix:/run/http.sock;",
        "listen 127.0.0.1:8080; listen [::1]:8080;", "listen localhost:8080;",
        "listen 80; server_name localhost;", "listen 80; server_name a.localhost b.localhost;",
        "listen 8080 proxy_protocol;", "listen 80; set $session_scheme https;",
        "listen 80; set_real_ip_from 10.0.0.0/8;", "listen 80; real_ip_header X-Forwarded-For;",
        "listen 80; ssl on;"})
    BOOST_TEST(of_site(site(kBoth, listen)) == "", listen);
  BOOST_TEST(of_site(site(kBoth, "listen 80;",
                          "map $http_x_forwarded_proto $proto { default http; https https; }")) == "");
  BOOST_TEST(of_site(site(kBoth, "listen 80;", "set_real_ip_from 10.0.0.0/8;")) == "");
  BOOST_TEST(of_site(site("location / { root /srv; }", "listen 80;")).find("plain http") ==
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_cookie_without_secure_needs_no_tls) {
  NginxFiles files;
  std::filesystem::remove(files.path / "session-gateway-http.conf");
  std::string http;
  {
    std::ostringstream text;
    text << std::ifstream(session::test::source_root() + "/conf/nginx/session-gateway-http.conf").rdbuf();
    http = text.str();
  }
  for (auto at = http.find("__Host-session"); at != http.npos; at = http.find("__Host-session"))
    http.erase(at, 7);
  files.write("session-gateway-http.conf", http);
  files.write("nginx.conf", site(kBoth, "listen 80;"));
  BOOST_TEST(files.lint("cookie: { name: session, secure: false }\n") == "");
  BOOST_TEST(files.lint("cookie: { name: session, secure: true }\n") == over_http("3"));
}

BOOST_AUTO_TEST_SUITE_END()
