// The real Apache with mod_authnz_fcgi and the configuration of docs/fronts/apache.md.

#include <csignal>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "core/base/text.h"
#include "tests/support/daemon/apache_site.h"

namespace session::test {
namespace {

// The identity and the cookies as an application with HTTP gets them: "name=value" for each value, in the
// order of the names.
std::string identity_in(const Reply& reply) {
  std::string lines;
  const Json seen = reply.json();
  for (const auto& [name, values] : seen["headers"].items()) {
    for (const auto& value : values) {
      if (name == "cookie" || lower(name).find("request") != std::string::npos)
        lines += name + "=" + value.get<std::string>() + "\n";
    }
  }
  return lines;
}

const std::string kAlice =
    "cookie=theme=dark\nx-auth-request-email=\nx-auth-request-groups=a,b\nx-auth-request-user=alice\n";

}  // namespace

BOOST_AUTO_TEST_SUITE(fronts_apache)

BOOST_AUTO_TEST_CASE(a_session_passes_and_its_applications_get_the_identity) {
  const SecretGateway gateway;
  const std::string cookie = gateway.process.log_in(R"({"user":"alice","groups":["a","b"]})");
  ApacheSite site(gateway);
  site.start();
  BOOST_TEST(site.client().get("/in/file", {cookie_line(cookie)}).body == kContent);
  BOOST_TEST(site.client().get("/in/", {cookie_line(cookie)}).body == kContent);
  BOOST_TEST(site.client().head("/in/file", {cookie_line(cookie)}).status == 200);
  for (const std::string& body : {std::string(), std::string("a body"), std::string(3'000'000, 'b')}) {
    const Reply reply = site.client().post("/in/app/x?a=b", body, {cookie_line(cookie), "Expect:"});
    BOOST_TEST(identity_in(reply) == kAlice);
    BOOST_TEST(reply.json()["target"] == "/in/app/x?a=b");
    BOOST_TEST((reply.json()["body"] == body));
    BOOST_TEST(site.client().post("/in/fastcgi/x", body, {cookie_line(cookie), "Expect:"}).body ==
               "the application");
    const std::string params = site.params();
    for (const char* line :
         {"REMOTE_USER=alice", "HTTP_X_AUTH_REQUEST_USER=alice",
          "HTTP_X_AUTH_REQUEST_EMAIL=", "HTTP_X_AUTH_REQUEST_GROUPS=a,b", "HTTP_COOKIE=theme=dark"})
      BOOST_TEST(has_line(params, line), line << " is missing in\n" << params);
  }
}

BOOST_AUTO_TEST_CASE(
    php_gets_the_identity_and_neither_the_session_cookie_nor_the_secret_also_if_apache_rewrites) {
  const SecretGateway gateway;
  const std::string cookie = gateway.process.log_in(R"({"user":"alice"})");
  ApacheSite site(gateway);
  site.start();
  for (const char* way : {"/in/fastcgi/x", "/in/rewritten/index.php", "/in/rewritten/", "/in/rewritten/x/y",
                          "/in/fallback/", "/in/fallback/x/y"}) {
    BOOST_TEST_CONTEXT(way) {
      BOOST_TEST(site.client().get(way, {cookie_line(cookie), "X-Auth-Request-User: mallory"}).body ==
                 "the application");
      const std::string params = site.params();
      for (const char* line :
           {"REMOTE_USER=alice", "HTTP_X_AUTH_REQUEST_USER=alice", "HTTP_COOKIE=theme=dark"})
        BOOST_TEST(has_line(params, line), line << " is missing in\n" << params);
      BOOST_TEST(params.find("GATEWAY_REQUIRE") != std::string::npos);
      for (const std::string& hidden : {cookie, kSecret, std::string("mallory")})
        BOOST_TEST(params.find(hidden) == std::string::npos, params);
    }
  }
}

BOOST_AUTO_TEST_CASE(without_a_session_nobody_gets_in_by_any_way) {
  const SecretGateway gateway;
  const std::string cookie = gateway.process.log_in(R"({"user":"alice"})");
  const std::string anonymous = gateway.process.log_in(R"({"cart":[1]})");
  ApacheSite site(gateway);
  site.start();
  BOOST_TEST(site.client().get("/open/file").body == kContent);
  site.lets_nobody_in({});
  site.lets_nobody_in({"Cookie: session=forged"});
  site.lets_nobody_in({cookie_line(cookie.substr(0, cookie.size() - 1))});
  site.lets_nobody_in({cookie_line(anonymous)});
  site.lets_nobody_in({"Gateway-Require;", "Gateway-Endpoint: health", "Variable-REMOTE_USER: root",
                       "Authorization: Basic cm9vdDpyb290"});
  const Reply refused = site.client().get("/in/file?a=b");
  BOOST_TEST(refused.status == 401);
  BOOST_TEST(refused.header("x-session-reason") == "absent");
  BOOST_TEST(refused.header("x-session-return") == "%2Fin%2Ffile%3Fa%3Db");
}

BOOST_AUTO_TEST_CASE(visitors_without_a_session_are_sent_to_the_login_and_no_address_adds_to_that_page) {
  const SecretGateway gateway;
  ApacheSite site(gateway);
  site.start();
  const Reply reply = site.client().get("/in/a%20file");
  BOOST_TEST(reply.header("content-type").starts_with("text/html"));
  BOOST_TEST(reply.body.find("content=\"0; url=/login?to=%2Fin%2Fa%2520file\">") != std::string::npos,
             reply.body);
  for (const char* way :
       {"/in/%22%3e%3cscript%3e", "/in/\"><script>", "/in/'%3e", "/in/%0d%0aX-A:b", "/in/?%22%3e"}) {
    const std::string body = site.client().get(way).body;
    BOOST_TEST(body.find("<script") == std::string::npos, body);
    BOOST_TEST(body.find("\"0; url=/login?to=%2Fin%2F") != std::string::npos, body);
    BOOST_TEST(body.substr(body.find("url=")).find("\">") == body.substr(body.find("url=")).size() - 2, body);
  }
}

BOOST_AUTO_TEST_CASE(the_login_gets_the_address_with_its_query_as_one_parameter) {
  const SecretGateway gateway;
  ApacheSite site(gateway);
  site.start();
  const auto login_of = [&site](const std::string& way) {
    const std::string body = site.client().get(way).body;
    const std::string before = "0; url=";
    const auto begin = body.find(before);
    return begin == std::string::npos
               ? body
               : body.substr(begin + before.size(), body.find('"', begin) - begin - before.size());
  };
  BOOST_TEST(login_of("/in/x&to=//evil.example/") == "/login?to=%2Fin%2Fx%26to%3D%2F%2Fevil.example%2F");
  BOOST_TEST(login_of("/in/it's") == "/login?to=%2Fin%2Fit%27s");
  BOOST_TEST(login_of("/in/x?a=b&to=//evil.example/") ==
             "/login?to=%2Fin%2Fx%3Fa%3Db%26to%3D%2F%2Fevil.example%2F");
}

BOOST_AUTO_TEST_CASE(a_rule_of_a_place_holds) {
  const SecretGateway gateway;
  const std::string user = gateway.process.log_in(R"({"user":"alice"})");
  const std::string admin = gateway.process.log_in(R"({"user":"root","groups":["admin"]})");
  ApacheSite site(gateway);
  site.start();
  for (const char* way :
       {"/in/admin/file", "//in//admin/file", "/in/%61dmin/file", "/open/../in/admin/file"}) {
    BOOST_TEST(site.client().get(way, {cookie_line(user)}).status == 403, way);
    BOOST_TEST(site.client().get(way, {cookie_line(admin)}).body == kContent, way);
  }
}

BOOST_AUTO_TEST_CASE(no_spelling_of_a_forged_identity_header_reaches_an_application) {
  const SecretGateway gateway;
  const std::string cookie = gateway.process.log_in(R"({"user":"alice","groups":["a","b"]})");
  ApacheSite site(gateway);
  site.start();
  for (const std::string& line : forged_identities()) {
    const HeaderLines headers = {cookie_line(cookie), line, "X-Session-Cookie: forged=1"};
    BOOST_TEST(identity_in(site.client().get("/in/app/x", headers)) == kAlice, line);
    BOOST_TEST(identity_in(site.client().get("/open/app/x", headers)).find("request") == std::string::npos,
               line);
    BOOST_TEST(site.client().get("/in/fastcgi/x", headers).status == 200);
    BOOST_TEST(site.params().find("mallory") == std::string::npos, line);
    BOOST_TEST(has_line(site.params(), "HTTP_X_AUTH_REQUEST_USER=alice"));
    BOOST_TEST(site.client().get("/open/fastcgi/x", headers).status == 200);
    BOOST_TEST(site.params().find("HTTP_X_AUTH_REQUEST") == std::string::npos, line);
  }
}

BOOST_AUTO_TEST_CASE(the_secret_of_the_listener_is_sent_and_reaches_no_application_with_http) {
  const SecretGateway gateway;
  const std::string cookie = gateway.process.log_in(R"({"user":"alice"})");
  ApacheSite site(gateway);
  site.start();
  const Reply reply = site.client().get("/in/app/x", {cookie_line(cookie)});
  BOOST_TEST(reply.status == 200);
  BOOST_TEST(reply.body.find(kSecret) == std::string::npos);
  ApacheSite without(gateway);
  write_file(without.dir / "secret.conf", "");
  without.start();
  BOOST_TEST(without.client().get("/in/file", {cookie_line(cookie)}).status == 403);
  BOOST_TEST(without.client().get("/session", {cookie_line(cookie)}).status == 403);
}

BOOST_AUTO_TEST_CASE(a_visitor_logs_in_reads_the_session_and_logs_out) {
  const SecretGateway gateway;
  ApacheSite site(gateway);
  commit_at(site.http_application, gateway.process.dir() / "commit.sock");
  site.start();
  logs_in_reads_the_session_and_logs_out(site.client(), "/open/app", kContent);
}

BOOST_AUTO_TEST_CASE(a_cookie_under_an_old_key_passes_and_is_renewed_by_every_page) {
  const SecretGateway gateway;
  const std::string cookie = gateway.process.log_in(R"({"user":"alice"})");
  gateway.process.reconfigure("keys: [",
                              "keys: [{ id: k2, value: 'the second key of all the wire tests' }, ");
  (void)gateway.process.reload();
  ApacheSite site(gateway);
  site.start();
  for (const char* place : {"/in/file", "/in/app/x", "/in/fastcgi/x"}) {
    const Reply page = site.client().get(place, {cookie_line(cookie)});
    BOOST_TEST(page.status == 200);
    BOOST_TEST(!page.has("cache-control"));  // the page's own, which has none
    const std::string renewed = page.cookie("session");
    BOOST_TEST(renewed.starts_with("v1.k2."));
    BOOST_TEST(!site.client().get(place, {cookie_line(renewed)}).has("set-cookie"));
  }
}

BOOST_AUTO_TEST_CASE(a_gateway_that_is_gone_lets_nobody_in) {
  SecretGateway gateway;
  const std::string cookie = gateway.process.log_in(R"({"user":"alice"})");
  ApacheSite site(gateway);
  site.start();
  BOOST_TEST(site.client().get("/in/file", {cookie_line(cookie)}).status == 200);
  gateway.process.signal(SIGTERM);
  BOOST_TEST(gateway.process.wait() == 0);
  site.lets_nobody_in({cookie_line(cookie)});
  BOOST_TEST(site.client().get("/in/file", {cookie_line(cookie)}).status == 500);
  BOOST_TEST(site.client().get("/open/file").body == kContent);
}

BOOST_AUTO_TEST_CASE(a_gateway_whose_store_is_down_lets_nobody_in) {
  const SecretGateway memory;
  const std::string cookie = memory.process.log_in(R"({"user":"alice"})");
  // The same keys, but nobody listens at a port that was free a moment ago.
  const SecretGateway gateway(
      "store: { type: redis, redis: { url: 'redis://127.0.0.1:" + std::to_string(free_port()) + "' } }\n");
  ApacheSite site(gateway);
  site.start();
  site.lets_nobody_in({cookie_line(cookie)});
  const Reply reply = site.client().get("/in/file", {cookie_line(cookie)});
  BOOST_TEST(reply.status == 503);
  BOOST_TEST(reply.header("x-session-reason") == "store-unavailable");
  BOOST_TEST(reply.header("retry-after") != "");
  BOOST_TEST(site.client().get("/session", {cookie_line(cookie)}).status == 503);
  BOOST_TEST(site.client().get("/in/file").status == 401);  // no cookie of ours: no question to the store
  BOOST_TEST(site.client().get("/open/file").body == kContent);
}

BOOST_AUTO_TEST_CASE(ten_thousand_requests_are_answered_without_a_failure) {
  const SecretGateway gateway;
  const std::string cookie = gateway.process.log_in(R"({"user":"alice"})");
  ApacheSite site(gateway);
  site.start();
  Client client = site.client();
  for (int i = 0; i < 5000; ++i) {
    BOOST_REQUIRE(client.get("/in/file", {cookie_line(cookie)}).body == kContent);
    BOOST_REQUIRE(client.get("/in/file").status == 401);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
