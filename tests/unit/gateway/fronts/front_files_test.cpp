#include "gateway/fronts/front_files.h"

#include <algorithm>
#include <set>
#include <stdexcept>

#include <boost/test/unit_test.hpp>

using namespace session::gateway;
using session::Secret;

namespace {

const Front& front(std::string_view name) {
  for (const Front& each : fronts()) {
    if (each.name == name) return each;
  }
  throw std::logic_error("no such front");
}

// Listeners that each front can ask one of.
Settings settings() {
  Settings all;
  all.listen = {
      ListenUnix{"/run/gw/commit.sock", 0660, Protocol::http, std::nullopt, {Service::commit}},
      ListenUnix{"/run/gw/fastcgi.sock"}, ListenTcp{"127.0.0.1", 9000},
      ListenUnix{"/run/gw/http.sock", 0660, Protocol::http, std::nullopt, {Service::auth, Service::session}},
      ListenTcp{"::", 9180, Protocol::http, {Service::auth, Service::session}}};
  all.listen_secrets.resize(all.listen.size());
  all.views = {HttpView{"self", "destroy", "user"}};
  return all;
}

std::string text_of(const std::vector<Snippet>& files) {
  std::string text;
  for (const Snippet& file : files) text += file.text;
  return text;
}

std::string text_for(std::string_view name, const Settings& settings) {
  const auto files = front_files(front(name), settings);
  return files ? text_of(*files) : "error: " + files.error();
}

bool has(const std::string& text, const std::string& what) { return text.find(what) != text.npos; }

}  // namespace

BOOST_AUTO_TEST_SUITE(front_files_for_a_configuration)

BOOST_AUTO_TEST_CASE(every_front_gets_its_files_whatever_the_configuration_has) {
  for (const Front& each : fronts()) {
    Settings some = settings();
    for (int round = 0; round < 4; ++round) {
      if (round == 1) some.identity.headers.clear();
      if (round == 2) some.views.clear();
      if (round == 3) some.checks.push_back({"pages", {"login"}, true, true, "/login?a=b"});
      const auto files = front_files(each, some);
      BOOST_REQUIRE_MESSAGE(files, each.name << ": " << files.error());
      BOOST_TEST(files->size() >= each.files.size());
      std::set<std::string> names;
      for (const Snippet& file : *files) names.insert(file.name);
      BOOST_TEST(names.size() == files->size());
    }
  }
}

BOOST_AUTO_TEST_CASE(every_identity_header_is_set_and_every_spelling_of_it_taken_away) {
  Settings some = settings();
  some.identity.headers = {{"X-Remote-User", "/user"}};
  for (const Front& each : fronts()) {
    const std::string text = text_for(each.name, some);
    BOOST_TEST(!has(text, "X-Auth-Request"), each.name);
    if (!each.lists_spellings) continue;
    for (const std::string& spelling : header_spellings("X-Remote-User"))
      BOOST_TEST(has(text, spelling), each.name << " leaves " << spelling);
  }
  BOOST_TEST(header_spellings("X-Remote-User").size() == 4U);
  BOOST_TEST(has(text_for("haproxy", some), "del-header ^x[-_]remote[-_]user$ -m reg"));
  BOOST_TEST(has(text_for("caddy", some), "request_header X-Remote-User {rp.header.X-Remote-User}"));
}

BOOST_AUTO_TEST_CASE(without_identity_headers_no_option_is_left_without_a_value) {
  Settings some = settings();
  BOOST_TEST(has(text_for("traefik", some), "        authResponseHeaders:\n          - X-Auth-Request-"));
  BOOST_TEST(has(text_for("ingress-nginx", some), "/auth-response-headers: X-Auth-Request-"));
  some.identity.headers.clear();
  BOOST_TEST(!has(text_for("traefik", some), "authResponseHeaders"));
  BOOST_TEST(has(text_for("traefik", some), "customRequestHeaders:\n          X-Session-Cookie: \"\"\n"));
  BOOST_TEST(!has(text_for("ingress-nginx", some), "auth-response-headers"));
}

BOOST_AUTO_TEST_CASE(a_front_asks_the_first_listener_that_it_can) {
  Settings some = settings();
  BOOST_TEST(has(text_for("caddy", some), "reverse_proxy unix//run/gw/http.sock {"));
  BOOST_TEST(has(text_for("haproxy", some), "\"unix@/run/gw/http.sock\""));
  BOOST_TEST(has(text_for("lighttpd", some), R"("socket" => "/run/gw/fastcgi.sock")"));
  some.listen.erase(some.listen.begin() + 3);
  some.listen.erase(some.listen.begin() + 1);
  some.listen_secrets.resize(some.listen.size());
  BOOST_TEST(has(text_for("caddy", some), "reverse_proxy [::1]:9180 {"));
  BOOST_TEST(has(text_for("envoy", some), "socket_address: { address: \"::1\", port_value: 9180 }"));
  BOOST_TEST(has(text_for("lighttpd", some), R"("host" => "127.0.0.1", "port" => 9000)"));
}

BOOST_AUTO_TEST_CASE(without_a_listener_the_missing_lines_are_named) {
  const std::string http = text_for("caddy", Settings{});
  BOOST_TEST(has(http, "no listener that caddy can ask"), http);
  BOOST_TEST(has(http, "listen:\n  - unix: /run/session-gateway/caddy.sock\n"), http);
  BOOST_TEST(has(http, "    protocol: http\n    serves: [auth, session]"), http);
  Settings no_fastcgi = settings();
  no_fastcgi.listen = {no_fastcgi.listen[3]};
  BOOST_TEST(has(text_for("lighttpd", no_fastcgi), "FastCGI, without a secret"));
}

BOOST_AUTO_TEST_CASE(a_secret_is_in_a_file_of_its_own_only) {
  const std::string secret = "a-secret-of-at-least-thirty-two-characters";
  Settings some = settings();
  some.listen_secrets.assign(some.listen.size(), {Secret(secret)});
  for (const Front& each : fronts()) {
    const auto files = front_files(each, some, "/srv/conf");
    if (each.secret_file.empty()) {
      BOOST_TEST(!files, each.name);
      continue;
    }
    BOOST_REQUIRE_MESSAGE(files, each.name);
    for (const Snippet& file : *files) {
      BOOST_TEST(file.secret == (file.name == each.secret_file), file.name);
      BOOST_TEST(has(file.text, secret) == file.secret, file.name);
    }
  }
  BOOST_TEST(has(text_for("caddy", some), "import /etc/caddy/session-gateway-secret.conf"));
  BOOST_TEST(!has(text_for("caddy", settings()), "secret.conf"));
}

BOOST_AUTO_TEST_CASE(what_a_front_would_have_to_quote_is_refused) {
  Settings path = settings();
  std::get<ListenUnix>(path.listen[3]).path = "/run/a b.sock";
  BOOST_TEST(has(text_for("caddy", path), "error: listen: the path"));
  Settings page = settings();
  page.checks[0].login_page = "/login;x";
  BOOST_TEST(has(text_for("nginx-http", page), "error: checks.login.login_page"));
  BOOST_TEST(!front_files(front("caddy"), settings(), "/a b"));
  Settings header = settings();
  header.identity.headers = {{"X-A-B-C-D-E-F-G", "/user"}};
  BOOST_TEST(has(text_for("caddy", header), "error: identity.headers: X-A-B-C-D-E-F-G has more than 6 -"));
  BOOST_TEST(has(text_for("haproxy", header), "x[-_]a[-_]b[-_]c[-_]d[-_]e[-_]f[-_]g"));
}

BOOST_AUTO_TEST_SUITE_END()
