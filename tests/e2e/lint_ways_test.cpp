// Ways past a check that lint tells: each is really open in nginx, and closed as lint asks to write it.

#include <filesystem>

#include "tests/support/e2e/linted.h"

namespace session::test {
namespace {

// What the request of a stranger does to a site.
struct Way {
  const char* rule;
  std::string wrong, mended;
  std::string path;
  std::string body;  // of a POST; "": a GET
  HeaderLines headers;
};

const std::string kAccount = "location /account/ { include @CONF@/session-gateway-protect.conf; ";
const std::string kApp = "proxy_pass http://app; }\n";
const std::string kFiles = "root @DIR@/site; }\n";
const std::string kOpenApp =
    "location @app { include @CONF@/session-gateway-public.conf; proxy_pass http://app; }\n";
const std::string kProtectedApp =
    "location @app { include @CONF@/session-gateway-protect.conf; proxy_pass http://app; }\n";

std::string open(const std::string& head, const std::string& lines) {
  return "location " + head + " { include @CONF@/session-gateway-public.conf; " + lines + " }\n";
}

Way status(const std::string& lines, const std::string& path = "/account/x", const std::string& body = "") {
  const std::string site = kAccount + lines + kApp;
  return {"error-page-before-check", site + kOpenApp, site + kProtectedApp, path, body, {}};
}

std::vector<Way> ways_of_statuses() {
  const Way files = {"error-page-before-check",
                     kAccount + "error_page 418 = @files; if ($arg_y) { return 418; } " + kFiles +
                         "location @files { " + kFiles,
                     kAccount + "error_page 418 = @files; if ($arg_y) { return 418; } " + kFiles +
                         "location @files { root @DIR@/errors; }\n",
                     "/account/s.txt?y=1",
                     "",
                     {}};
  return {files,
          status("error_page 418 = @app; if ($request_method = POST) { return 418; } ", "/account/x", "a=b"),
          status("error_page 404 = @app; if ($arg_y) { return 404; } ", "/account/x?y=1"),
          status("error_page 413 = @app; client_max_body_size 2; ", "/account/x", "abcdef"),
          {"error-page-before-check",
           kAccount + "error_page 302 = @app; rewrite ^/account/old /new redirect; " + kApp + kOpenApp,
           kAccount + kApp + kOpenApp,
           "/account/old",
           "",
           {}},
          {"refused-request-goes-on",
           "location /account/ { error_page 401 403 = /index.app; include "
           "@CONF@/session-gateway-protect.conf; " +
               kApp + open("= /index.app", "proxy_pass http://app;"),
           kAccount + kApp + open("= /index.app", "proxy_pass http://app;"),
           "/account/x",
           "",
           {}},
          {"rewrite-to-open",
           kAccount + "rewrite ^/account(/.*)$ $1 last; }\n" + open("/", "proxy_pass http://app;"),
           kAccount + "rewrite ^/account(/.*)$ $1 break; " + kApp + open("/", "proxy_pass http://app;"),
           "/account/x",
           "",
           {}}};
}

std::vector<Way> ways_of_files() {
  const std::string site = kAccount + kFiles;
  const auto way = [&](const char* rule, const std::string& wrong, const std::string& mended,
                       const std::string& path) {
    return Way{rule, site + wrong, site + mended, path, "", {}};
  };
  return {
      way("alias-without-slash", "location /img { alias @DIR@/site/img/; }",
          "location /img/ { alias @DIR@/site/img/; }", "/img../account/s.txt"),
      way("same-files-elsewhere", "location /f/ { alias @DIR@/site/; }", "location /f/ { alias @DIR@/img/; }",
          "/f/account/s.txt"),
      way("same-files-elsewhere", "location ~ ^/f/(.*)$ { alias @DIR@/site/$1; }",
          "location ~ ^/f/(.*)$ { alias @DIR@/img/$1; }", "/f/account/s.txt"),
      way("same-files-elsewhere", "location /f/ { root @DIR@/site; rewrite ^/f/(.*)$ /account/$1 break; }",
          "location /f/ { root @DIR@/site; rewrite ^/f/(.*)$ /img/$1 break; }", "/f/s.txt"),
      way("file-name-from-client", "location /f { alias @DIR@/site/$arg_f; }",
          "location /f { alias @DIR@/img/x; }", "/f?f=account/s.txt"),
      way("slashes-not-merged", "merge_slashes off; location / { root @DIR@/site; }",
          "merge_slashes on; location / { root @DIR@/site; }", "//account/s.txt"),
      way("protected-page-added",
          "location = /img/i.txt { root @DIR@/site; default_type text/html; types {} add_after_body "
          "/account/s.txt; }",
          "location = /img/i.txt { root @DIR@/site; }", "/img/i.txt")};
}

std::vector<Way> ways_of_programs() {
  const std::string site = kAccount + kApp;
  const auto way = [&](const std::string& wrong, const std::string& mended, const std::string& path) {
    return Way{"same-application-elsewhere", site + wrong, site + mended, path, "", {}};
  };
  return {way(open("/api/", "proxy_pass http://app/;"), open("/api/", "proxy_pass http://app/api/;"),
              "/api/account/x"),
          way(open("/old/", "rewrite ^/old/(.*)$ /account/$1 break; proxy_pass http://app;"),
              open("/old/", "rewrite ^/old/(.*)$ /pages/$1 break; proxy_pass http://app;"), "/old/x")};
}

struct ProbedSite : Linted {
  explicit ProbedSite(const std::string& lines) : Linted(kServer + lines + kOther) {
    for (const char* name : {"site/account", "site/img", "img", "errors"})
      std::filesystem::create_directories(dir / name);
    write_file(dir / "site/account/s.txt", "secret");
    write_file(dir / "site/img/i.txt", "image");
  }
  Reply ask(const Way& way) {
    Client client = start();
    return way.body.empty() ? client.get(way.path, way.headers)
                            : client.post(way.path, way.body, way.headers);
  }
};

// The protected answer: the file's text, or what the application answers for an address below /account/, or
// for what a rewrite made of one.
bool is_protected_answer(const Reply& reply) {
  const auto has = [&](const char* text) { return reply.body.find(text) != std::string::npos; };
  return reply.status == 200 && (has("secret") || has(R"("target":"/account)") || has(R"("target":"/x")") ||
                                 has(R"("target":"/index.app)"));
}

void each_is_open_and_told(const std::vector<Way>& ways) {
  for (const Way& way : ways) {
    BOOST_TEST_CONTEXT(way.rule << ": " << way.wrong) {
      ProbedSite wrong(way.wrong);
      const CannedGateway gateway(wrong.dir / "gateway.sock", kRefuses);
      BOOST_TEST(wrong.lint() == 1);
      BOOST_TEST(wrong.says("danger"), wrong.said);
      BOOST_TEST(wrong.says("[" + std::string(way.rule) + "]"), wrong.said);
      const Reply opened = wrong.ask(way);
      BOOST_TEST(is_protected_answer(opened), opened.status << " " << opened.body);

      ProbedSite mended(way.mended);
      const CannedGateway other(mended.dir / "gateway.sock", kRefuses);
      BOOST_TEST(mended.lint() == 0, mended.said);
      const Reply closed = mended.ask(way);
      BOOST_TEST(!is_protected_answer(closed), closed.status << " " << closed.body);
    }
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(lint_ways)

BOOST_AUTO_TEST_CASE(a_status_that_comes_before_the_check_leads_past_it_and_is_told) {
  each_is_open_and_told(ways_of_statuses());
}

BOOST_AUTO_TEST_CASE(another_way_to_protected_files_is_open_and_told) {
  each_is_open_and_told(ways_of_files());
}

BOOST_AUTO_TEST_CASE(another_way_to_the_application_is_open_and_told) {
  each_is_open_and_told(ways_of_programs());
}

BOOST_AUTO_TEST_CASE(a_clients_header_among_the_values_of_a_map_is_the_clients_and_told) {
  Linted site(
      kServer + "location /a/ { set $unused $who; include @CONF@/session-gateway-public.conf; " + kApp +
      "location /b/ {\nproxy_set_header X-Auth-Request-User $who;\nproxy_set_header "
      "X-Auth-Request-Email \"\"; proxy_set_header X-Auth-Request-Groups \"\"; proxy_set_header Cookie "
      "$session_public_cookie; " +
      kApp + kOther);
  write_file(site.dir / "nginx.conf",
             replaced(read_file(site.dir / "nginx.conf"), "    server {",
                      "    map $server_port $who { default $http_x_who; }\n    server {"));
  const CannedGateway gateway(site.dir / "gateway.sock", kRefuses);
  BOOST_TEST(site.lint() == 1);
  BOOST_TEST(site.says("site.conf:4: danger: X-Auth-Request-User is set to what the client says ($who)"),
             site.said);
  BOOST_TEST(site.start().get("/b/", {"X-Who: eve"}).json()["headers"]["x-auth-request-user"] ==
             Json::array({"eve"}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
