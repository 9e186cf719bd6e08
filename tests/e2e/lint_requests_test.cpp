// What `session-gateway lint` says of headers, sizes and copies of requests happens in nginx, and does not
// with what it asks to write.

#include <mutex>
#include <set>

#include "tests/support/e2e/linted.h"

namespace session::test {
namespace {

// Two megabytes: more than nginx takes by default.
const std::string kUpload(2 << 20, 'x');

// A location with a check of its own, which takes uploads.
std::string upload_site(const std::string& lines_of_check) {
  return kServer +
         "location = /auth { internal; fastcgi_pass session_gateway; fastcgi_keep_conn on;\n"
         "fastcgi_store /dev/null/session-gateway; fastcgi_pass_request_headers off; "
         "fastcgi_pass_request_body off;\n"
         "fastcgi_param CONTENT_LENGTH ''; fastcgi_param GATEWAY_ENDPOINT auth; fastcgi_param "
         "GATEWAY_REQUIRE login;\n"
         "fastcgi_param HTTP_COOKIE $http_cookie if_not_empty; fastcgi_buffer_size 48k; fastcgi_buffers 4 "
         "48k;\n" +
         lines_of_check +
         "}\nlocation /up/ { auth_request /auth; client_max_body_size 10m; root @DIR@;\n"
         "auth_request_set $renewed $upstream_http_set_cookie; add_header Set-Cookie $renewed always; }" +
         kOther;
}

// The requests that an application got, as JSON, by their paths.
struct Seen {
  explicit Seen(Application& application) {
    application.answers([this](const AppRequest& request) {
      Json headers = Json::object();
      for (const auto& [name, value] : request.headers) headers[name] = value;
      const std::lock_guard lock(mutex_);
      by_path_[request.target] = std::move(headers);
      return std::string("200 OK\r\n\r\n");
    });
  }
  [[nodiscard]] Json at(const std::string& path) {
    wait_until("a request at " + path, [&] {
      const std::lock_guard lock(mutex_);
      return by_path_.count(path) > 0;
    });
    const std::lock_guard lock(mutex_);
    return by_path_[path];
  }

 private:
  std::mutex mutex_;
  std::map<std::string, Json> by_path_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(lint_and_requests)

BOOST_AUTO_TEST_CASE(an_upload_that_the_check_refuses_is_a_500_and_told) {
  Linted bad(upload_site(""));
  const CannedGateway gateway(bad.dir / "gateway.sock", kPasses);
  BOOST_TEST(bad.lint() == 1);
  BOOST_TEST(
      bad.says("advice: location /up/ takes bodies of up to 10m, and location = /auth (site.conf:2) of up to "
               "1m: the check of a larger one fails, which is a 500"),
      bad.said);
  Client client = bad.start();
  BOOST_TEST(client.post("/up/none", "x").status == 404);  // the check has passed
  BOOST_TEST(client.post("/up/none", kUpload).status == 500);

  Linted mended(upload_site("client_max_body_size 0;\n"));
  const CannedGateway other(mended.dir / "gateway.sock", kPasses);
  BOOST_TEST(mended.lint() == 0, mended.said);
  BOOST_TEST(mended.start().post("/up/none", kUpload).status == 404);
}

BOOST_AUTO_TEST_CASE(a_mirror_sends_the_cookie_and_a_forged_identity_and_is_told) {
  const auto site = [](const std::string& lines) {
    return kServer +
           "location /a/ { include @CONF@/session-gateway-protect.conf; mirror /copy; proxy_pass http://app; "
           "}\n"
           "location = /copy { internal; " +
           lines + " proxy_pass http://copies/copied; }";
  };
  const auto run = [&](Linted& linted) {
    write_file(
        linted.dir / "nginx.conf",
        replaced(read_file(linted.dir / "nginx.conf"), "upstream app {",
                 "upstream copies { server unix:" + (linted.dir / "copies.sock") + "; }\nupstream app {"));
  };
  const HeaderLines sent = {"X-Auth-Request-User: eve", "Cookie: __Host-session=secret; other=1"};

  Linted bad(site(""));
  run(bad);
  Application copies(bad.dir / "copies.sock");
  Seen seen(copies);
  const CannedGateway gateway(bad.dir / "gateway.sock", kPasses);
  BOOST_TEST(bad.lint() == 1);
  BOOST_TEST(
      bad.says("the mirror of location /a/ (site.conf:2) sends copies of requests here as the client wrote "
               "them, with the session cookie and identity headers of the client's own making"),
      bad.said);
  BOOST_TEST(bad.start().get("/a/", sent).json()["headers"]["x-auth-request-user"] == Json::array({"alice"}));
  BOOST_TEST(seen.at("/copied")["x-auth-request-user"] == "eve");
  BOOST_TEST(seen.at("/copied")["cookie"] == "__Host-session=secret; other=1");

  Linted mended(site("include @CONF@/session-gateway-public.conf;"));
  run(mended);
  Application other_copies(mended.dir / "copies.sock");
  Seen other_seen(other_copies);
  const CannedGateway other(mended.dir / "gateway.sock", kPasses);
  BOOST_TEST(mended.lint() == 0, mended.said);
  BOOST_TEST(mended.start().get("/a/", sent).status == 200);
  BOOST_TEST(!other_seen.at("/copied").contains("x-auth-request-user"));
  BOOST_TEST(other_seen.at("/copied")["cookie"] == "other=1");
}

BOOST_AUTO_TEST_CASE(headers_of_the_server_end_with_the_include_and_are_told) {
  const auto site = [](const std::string& lines) {
    return kServer +
           "proxy_set_header X-Site shop; add_header X-Frame-Options DENY;\n"
           "location /a/ { include @CONF@/session-gateway-protect.conf; " +
           lines + " proxy_pass http://app; }";
  };
  Linted bad(site(""));
  const CannedGateway gateway(bad.dir / "gateway.sock", kPasses);
  BOOST_TEST(bad.lint() == 1);
  BOOST_TEST(
      bad.says("site.conf:3: advice: location /a/: these lines of an outer level end here, since the include "
               "has some of their kind: proxy_set_header X-Site (site.conf:2); add_header X-Frame-Options"),
      bad.said);
  const Reply lost = bad.start().get("/a/");
  BOOST_TEST(!lost.json()["headers"].contains("x-site"));
  BOOST_TEST(!lost.has("x-frame-options"));

  Linted mended(site("proxy_set_header X-Site shop; add_header X-Frame-Options DENY;"));
  const CannedGateway other(mended.dir / "gateway.sock", kPasses);
  BOOST_TEST(mended.lint() == 0, mended.said);
  const Reply kept = mended.start().get("/a/");
  BOOST_TEST(kept.json()["headers"]["x-site"] == Json::array({"shop"}));
  BOOST_TEST(kept.header("x-frame-options") == "DENY");
}

BOOST_AUTO_TEST_CASE(a_protected_login_page_redirects_to_itself_and_is_told) {
  const auto site = [](const std::string& login) {
    return kServer +
           "location / { set $session_login_page /sign-in; include @CONF@/session-gateway-protect.conf; "
           "proxy_pass "
           "http://app; }\n" +
           login;
  };
  Linted bad(site(""));
  const CannedGateway gateway(bad.dir / "gateway.sock", kRefuses);
  BOOST_TEST(bad.lint() == 1);
  BOOST_TEST(
      bad.says(
          "visitors without a session are sent to /sign-in, and location /, which answers there, wants a "
          "session, too: browsers go in circles"),
      bad.said);
  Client client = bad.start();
  const std::string next = client.get("/page").header("location");
  BOOST_TEST(next.starts_with("/sign-in"), next);
  BOOST_TEST(client.get(next).header("location").starts_with("/sign-in"));

  Linted mended(
      site("location = /sign-in { include @CONF@/session-gateway-public.conf; proxy_pass http://app; }"));
  const CannedGateway other(mended.dir / "gateway.sock", kRefuses);
  BOOST_TEST(mended.lint() == 0, mended.said);
  BOOST_TEST(mended.start().get("/sign-in").status == 200);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
