#include "tests/support/daemon/front_site.h"

#include <csignal>
#include <stdexcept>

#include <boost/test/unit_test.hpp>

#include "tests/support/e2e/support.h"

namespace session::test {
namespace {

gateway::test::WireGateway::Setup gateway_setup(int http_port) {
  gateway::test::WireGateway::Setup setup;
  setup.yaml =
      "workers: 2\nchecks: { pages: { refuse: redirect } }\n"
      "views: { self: { allow: [destroy], expose: [user] } }\n";
  setup.listen =
      "  - { unix: '@DIR@http.sock', mode: '0666', protocol: http, serves: [auth, session, sessions] }\n"
      "  - { tcp: '127.0.0.1:" +
      std::to_string(http_port) + "', protocol: http, serves: [auth, session, sessions], secret: { value: '" +
      kFrontSecret +
      "' } }\n"
      "  - { unix: '@DIR@app.sock', protocol: http, serves: [commit] }\n";
  return setup;
}

std::string cookie_line(const std::string& cookie) { return "Cookie: theme=dark; session=" + cookie; }

std::string value_of(const AppRequest& request, const std::string& name) {
  for (const auto& [header, value] : request.headers)
    if (header == name) return value;
  return {};
}

// The only value of a header in what the application has seen; "(none)" and "(several)" if that is not so.
std::string seen(const Json& request, const std::string& name) {
  const auto found = request["headers"].find(name);
  if (found == request["headers"].end()) return "(none)";
  return found->size() == 1 ? found->front().get<std::string>() : "(several)";
}

const std::string kJson = "Accept: application/json";

void lets_nobody_in(FrontSite& site, HeaderLines headers) {
  headers.push_back(kJson);
  const unsigned before = site.application.requests();
  std::vector<std::string> ways = ways_to("/in", "file");
  for (const char* more : {"/", "/in", "/open", "/open;/../in/x", "/open/%2e%2E/in/x", "/open/x/..%2F../in/x",
                           "/open/..;/in/x", "/open/..\\in\\x", "/open%2f../in/x", "/OPEN/x"})
    ways.emplace_back(more);
  for (const std::string& way : ways) {
    for (const Reply& reply : {site.client().get(way, headers), site.client().post(way, "a body", headers)})
      BOOST_TEST(reply.status >= 300, way << ": " << reply.status);
  }
  BOOST_TEST(site.application.requests() == before);
}

}  // namespace

FrontSite::FrontSite()
    : http_port(free_port()), gateway(gateway_setup(http_port)), application(application_socket()) {
  application.answers([this](const AppRequest& request) { return reply(request); });
}

FrontSite::~FrontSite() {
  if (test_has_failed()) BOOST_TEST_MESSAGE("--- front.log\n" << read_file(dir / "front.log"));
}

void FrontSite::write_files_with_secret(const std::string& name) const {
  write_file(dir / "gateway.yaml",
             "listen: [{ tcp: '" + http_address() +
                 "', protocol: http, serves: [auth, session, sessions], secret: { value: " + kFrontSecret +
                 " } }]\nchecks: { pages: { refuse: redirect } }\nviews: { self: { allow: [destroy] } }\n");
  Process command(
      {gateway_binary(), "fronts", name, "--config", dir / "gateway.yaml", "--output", dir.path()},
      dir / "written");
  if (command.wait() != 0) throw std::runtime_error(read_file(dir / "written"));
}

void FrontSite::run(const std::vector<std::string>& command) {
  process_ = std::make_unique<Process>(command, dir / "front.log");
  wait_until("the front to listen", [this] { return accepts_unix(front_socket()); });
}

std::string FrontSite::reply(const AppRequest& request) const {
  std::string cookies;
  if (request.target == "/open/login" || request.target == "/open/logout") {
    const std::string actions =
        request.target == "/open/login" ? R"({"set":{"user":"alice","card":1}})" : R"({"destroy":true})";
    Client commit({"http://gateway.test", gateway.dir() / "app.sock", ""});
    const Reply committed = commit.post("/commit", actions, {"Cookie: " + value_of(request, "cookie")});
    for (const std::string& cookie : committed.all("set-cookie")) cookies += "Set-Cookie: " + cookie + "\r\n";
  }
  Json headers = Json::object();
  for (const auto& [name, value] : request.headers) headers[name].push_back(value);
  const Json body = {{"method", request.method},
                     {"target", request.target},
                     {"headers", headers},
                     {"length", request.body.size()}};
  const std::string text = body.dump();
  return "200 OK\r\nSet-Cookie: own=1\r\n" + cookies + "Content-Length: " + std::to_string(text.size()) +
         "\r\n\r\n" + text;
}

void a_session_passes_and_the_application_learns_who_it_is(FrontSite& site) {
  const std::string cookie = site.gateway.log_in(R"({"user":"alice","groups":["a","b"]})");
  site.start();
  Client client = site.client();
  BOOST_TEST(client.head("/in/file", {cookie_line(cookie)}).status == 200);
  for (const std::string& body : {std::string("a body"), std::string(3'000'000, 'b'), std::string()}) {
    const HeaderLines headers = {cookie_line(cookie), "Expect:"};
    const Reply reply =
        body.empty() ? client.get("/in/file?a=b", headers) : client.post("/in/file?a=b", body, headers);
    BOOST_REQUIRE(reply.status == 200);
    const Json request = reply.json();
    BOOST_TEST(request["target"] == "/in/file?a=b");
    BOOST_TEST(request["method"] == (body.empty() ? "GET" : "POST"));
    BOOST_TEST(request["length"] == body.size());
    BOOST_TEST(seen(request, "x-auth-request-user") == "alice");
    BOOST_TEST(seen(request, "x-auth-request-groups") == "a,b");
    BOOST_TEST(seen(request, "cookie") == "theme=dark");
    BOOST_TEST(seen(request, "host") == "gateway.test");
    BOOST_TEST(reply.cookie("own") == "1");
  }
  const Reply alone = client.get("/in/file", {"Cookie: session=" + cookie});
  BOOST_TEST(alone.status == 200);
  BOOST_TEST(alone.body.find(cookie) == std::string::npos);
}

void without_a_session_nobody_gets_in_by_any_way(FrontSite& site) {
  const std::string cookie = site.gateway.log_in(R"({"user":"alice"})");
  const std::string anonymous = site.gateway.log_in(R"({"cart":[1]})");
  site.start();
  BOOST_TEST(site.client().get("/open/x").status == 200);
  lets_nobody_in(site, {});
  lets_nobody_in(site, {"Cookie: session=forged"});
  lets_nobody_in(site, {cookie_line(cookie.substr(0, cookie.size() - 1))});
  lets_nobody_in(site, {cookie_line(anonymous)});
  lets_nobody_in(site, {"X-Gateway-Secret: " + std::string(kFrontSecret), "X-Forwarded-Uri: /open/x",
                        "X-Original-URL: /open/x", "X-Session-Cookie: a=b"});
  const Reply refused = site.client().get("/in/file?a=b", {kJson});
  BOOST_TEST(refused.status == 401);
}

void visitors_who_ask_for_a_page_are_led_to_the_login(FrontSite& site) {
  site.start();
  const Reply page =
      site.client().get("/in/file?a=b", {"Accept: text/html,*/*;q=0.8", "Sec-Fetch-Mode: navigate"});
  BOOST_TEST(page.status == 303);
  const std::string to = page.header("location");
  BOOST_TEST(to.ends_with("/login?to=%2Fin%2Ffile%3Fa%3Db"), to);
  BOOST_TEST(site.client().post("/in/file", "a body", {"Accept: text/html"}).status == 401);
  BOOST_TEST(site.client().get("/in/file", {kJson}).status == 401);
}

void no_spelling_of_a_forged_identity_header_reaches_the_application(FrontSite& site) {
  const std::string cookie = site.gateway.log_in(R"({"user":"alice"})");
  site.start();
  Client client = site.client();
  for (const std::string& line : forged_identities()) {
    for (const char* place : {"/in/x", "/open/x"}) {
      const bool open = std::string(place) == "/open/x";
      const Reply reply = client.get(place, {cookie_line(cookie), line});
      BOOST_REQUIRE(reply.status == 200);
      const Json request = reply.json();
      BOOST_REQUIRE(request["headers"].contains("host"));
      for (const auto& [name, values] : request["headers"].items()) {
        if (replaced(lower(name), "_", "-").find("x-auth-request") == std::string::npos) continue;
        const bool gateways = values == Json::array({""}) ||
                              (!open && name == "x-auth-request-user" && values == Json::array({"alice"}));
        BOOST_TEST(gateways, line << " at " << place << ": " << name << " is " << values);
      }
      BOOST_TEST(seen(request, "x-auth-request-user") ==
                 (open ? seen(request, "x-auth-request-user") : "alice"));
    }
  }
}

void a_visitor_logs_in_reads_the_session_and_logs_out(FrontSite& site) {
  site.start();
  Client browser = site.client();
  browser.keep_cookies();
  BOOST_TEST(browser.get("/in/file", {kJson}).status == 401);
  BOOST_TEST(browser.get("/session/self").status == 401);
  BOOST_TEST(browser.get("/sessions").status == 401);
  for (const bool by_application : {true, false}) {
    BOOST_TEST(browser.post("/open/login", "").status == 200);
    BOOST_TEST(browser.get("/in/file", {kJson}).status == 200);
    BOOST_TEST(browser.get("/session/self").json() == Json({{"user", "alice"}}));
    BOOST_TEST(browser.post("/session/self", R"({"set":{"user":"root"}})").status == 403);
    BOOST_TEST(browser.send("DELETE", "/session/self", {"Sec-Fetch-Site: cross-site"}).status == 403);
    BOOST_TEST(browser.send("DELETE", "/session/self", {"Origin: http://evil.test"}).status == 403);
    BOOST_TEST(browser.get("/sessions").json().at("sessions").size() == 1u);
    BOOST_TEST(browser.send("DELETE", "/sessions?all=true", {"Sec-Fetch-Site: cross-site"}).status == 403);
    BOOST_TEST(browser.send("DELETE", "/sessions").status == 400);
    BOOST_TEST(browser.send("DELETE", "/sessions?others=true").status == 204);
    if (by_application) {
      BOOST_TEST(browser.post("/open/logout", "").status == 200);
    } else {
      BOOST_TEST(browser.send("DELETE", "/session/self", {"Origin: http://gateway.test"}).status == 204);
    }
    BOOST_TEST(browser.get("/in/file", {kJson}).status == 401);
    BOOST_TEST(browser.get("/session/self").status == 401);
  }
  BOOST_TEST(browser.post("/open/login", "").status == 200);
  BOOST_TEST(browser.send("DELETE", "/sessions?all=true", {"Origin: http://gateway.test"}).status == 204);
  BOOST_TEST(browser.get("/in/file", {kJson}).status == 401);
}

void a_cookie_that_a_check_renews_reaches_the_browser(FrontSite& site) {
  const std::string cookie = site.gateway.log_in(R"({"user":"alice"})");
  site.start();
  BOOST_TEST(site.client().get("/in/file", {cookie_line(cookie)}).cookie("session") == "");
  site.gateway.reconfigure("keys: [", "keys: [{ id: k2, value: 'the second key of all the wire tests' }, ");
  (void)site.gateway.reload();
  const Reply page = site.client().get("/in/file", {cookie_line(cookie)});
  BOOST_TEST(page.status == 200);
  const std::string renewed = page.cookie("session");
  BOOST_TEST(renewed.starts_with("v1.k2."), renewed);
  BOOST_TEST(page.cookie("own") == "1");
  BOOST_TEST(site.client().get("/in/file", {cookie_line(renewed)}).cookie("session") == "");
}

void a_gateway_that_is_gone_lets_nobody_in(FrontSite& site, int status) {
  const std::string cookie = site.gateway.log_in(R"({"user":"alice"})");
  site.start();
  BOOST_TEST(site.client().get("/in/file", {cookie_line(cookie)}).status == 200);
  site.gateway.signal(SIGTERM);
  BOOST_TEST(site.gateway.wait() == 0);
  lets_nobody_in(site, {cookie_line(cookie)});
  const Reply reply = site.client().get("/in/file", {cookie_line(cookie)});
  BOOST_TEST((status == 0 ? reply.status >= 500 : reply.status == status), reply.status);
  BOOST_TEST(site.client().get("/open/x").status == 200);
}

void ten_thousand_requests_are_answered_without_a_failure(FrontSite& site) {
  const std::string cookie = site.gateway.log_in(R"({"user":"alice"})");
  site.start();
  Client client = site.client();
  for (int i = 0; i < 5000; ++i) {
    BOOST_REQUIRE(client.get("/in/file", {cookie_line(cookie)}).status == 200);
    BOOST_REQUIRE(client.get("/in/file", {kJson}).status == 401);
  }
}

}  // namespace session::test
