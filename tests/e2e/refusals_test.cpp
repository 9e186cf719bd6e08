// Who is sent to a login page, with which way back, and what others get instead; and what applications learn
// of a request in locations with the project's files.

#include <sys/socket.h>

#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include <boost/test/unit_test.hpp>

#include "tests/support/e2e/support.h"

namespace session::test {
namespace {

constexpr const char* kPass =
    "Status: 204 No Content\r\nX-Auth-Request-User: alice\r\nX-Auth-Request-Email: \r\n"
    "X-Auth-Request-Groups: users\r\nX-Session-Cookie: other=1\r\n\r\n";
constexpr const char* kRefusal = "Status: 401 Unauthorized\r\nX-Session-Reason: absent\r\n";

// Where a browser without a session is sent.
std::string sent_to(Client client, const std::string& target, HeaderLines headers = {}) {
  headers.emplace_back("Accept: text/html");
  const Reply reply = client.get(target, headers);
  return std::to_string(reply.status) + " " + reply.header("location");
}

// An application with uwsgi: keeps what it was sent last, and answers 200.
class UwsgiApplication {
 public:
  explicit UwsgiApplication(const std::string& path) : server_(path, [this](int fd) { serve(fd); }) {}

  [[nodiscard]] std::string var(const std::string& name) {
    const std::lock_guard lock(mutex_);
    const auto found = vars_.find(name);
    return found == vars_.end() ? "(absent)" : found->second;
  }

 private:
  static bool read(int fd, std::string& into) {
    for (std::size_t at = 0; at < into.size();) {
      const ssize_t got = ::recv(fd, into.data() + at, into.size() - at, 0);
      if (got <= 0) return false;
      at += static_cast<std::size_t>(got);
    }
    return true;
  }
  static std::size_t number(std::string_view two) {
    return static_cast<unsigned char>(two[0]) + 256U * static_cast<unsigned char>(two[1]);
  }
  // The uwsgi protocol: modifier, size, modifier, and then pairs of texts, each with its size in front.
  void serve(int fd) {
    std::string head(4, '\0');
    if (!read(fd, head)) return;
    std::string body(number(std::string_view(head).substr(1)), '\0');
    if (!read(fd, body)) return;
    std::map<std::string, std::string> vars;
    std::string_view rest = body;
    const auto take = [&rest] {
      const std::size_t size = number(rest);
      const std::string text(rest.substr(2, size));
      rest.remove_prefix(2 + size);
      return text;
    };
    while (!rest.empty()) {
      const std::string name = take();
      vars[name] = take();
    }
    const std::lock_guard lock(mutex_);
    vars_ = std::move(vars);
    const std::string answer = "HTTP/1.1 200 OK\r\nX-Session-Set: {}\r\nContent-Length: 0\r\n\r\n";
    (void)::send(fd, answer.data(), answer.size(), MSG_NOSIGNAL);
  }

  std::mutex mutex_;
  std::map<std::string, std::string> vars_;
  SocketServer server_;
};

const HeaderLines kForged = {"X-Auth-Request-User: eve", "X-Session-Set: {}",
                             "Cookie: __Host-session=x; other=1"};

}  // namespace

BOOST_AUTO_TEST_SUITE(refusals)

BOOST_AUTO_TEST_CASE(the_way_back_is_one_value_of_the_login_pages_query) {
  const Stack stack;
  BOOST_TEST(sent_to(stack.http(), "/account/a%0Db?x=1&y=2#") ==
             "303 /login?to=%2Faccount%2Fa%250Db%3Fx%3D1%26y%3D2");
  BOOST_TEST(sent_to(stack.http(), "/with-query/?a=b") == "303 /login?lang=de&to=%2Fwith-query%2F%3Fa%3Db");
  BOOST_TEST(sent_to(stack.http(), "/elsewhere/") == "303 /sign-in?to=%2Felsewhere%2F");
  BOOST_TEST(sent_to(stack.http(), "//account//x") == "303 /login?to=%2Faccount%2F%2Fx");
  BOOST_TEST(sent_to(stack.http(), "/account/" + std::string(3000, 'x')) == "303 /login");
}

BOOST_AUTO_TEST_CASE(a_login_page_of_another_host_gets_the_whole_address) {
  const Stack stack;
  BOOST_TEST(sent_to(stack.http(), "/central/?a=b", {"Host: gateway.test:8080"}) ==
             "303 https://login.example.org/?to=http%3A%2F%2Fgateway.test:8080%2Fcentral%2F%3Fa%3Db");
  BOOST_TEST(sent_to(stack.http2(), "/central/") ==
             "303 https://login.example.org/?to=https%3A%2F%2Fgateway.test%2Fcentral%2F");
}

BOOST_AUTO_TEST_CASE(only_what_is_to_be_a_page_is_sent_to_the_login_page) {
  const Stack stack;
  Client client = stack.http();
  const std::string html = "Accept: text/html,application/xhtml+xml,*/*;q=0.8";
  for (const HeaderLines& page :
       {HeaderLines{html}, HeaderLines{html, "Sec-Fetch-Mode: navigate"},
        HeaderLines{"Accept: */*", "Sec-Fetch-Mode: navigate"}, HeaderLines{"Accept: */*"},
        HeaderLines{"Accept:"}, HeaderLines{html, "X-Requested-With: org.example.webview"}})
    BOOST_TEST(client.get("/account/", page).status == 303, page.back());
  for (const HeaderLines& program :
       {HeaderLines{"Accept: */*", "Sec-Fetch-Mode: cors"},
        HeaderLines{"Accept: */*", "Sec-Fetch-Mode: same-origin"},
        HeaderLines{html, "Sec-Fetch-Mode: no-cors"}, HeaderLines{"Accept: */*", "Sec-Fetch-Mode: websocket"},
        HeaderLines{"Accept: text/event-stream"}, HeaderLines{"Accept: image/avif,image/webp,*/*;q=0.8"},
        HeaderLines{"Accept: application/json"}, HeaderLines{html, "X-Requested-With: XMLHttpRequest"},
        HeaderLines{"Accept:", "Connection: Upgrade", "Upgrade: websocket"},
        HeaderLines{"Accept:", "Content-Type: application/grpc+proto"}}) {
    const Reply reply = client.get("/account/", program);
    BOOST_TEST(reply.status == 401, program.back());
    BOOST_TEST(reply.json()["reason"] == "absent", program.back());
  }
  BOOST_TEST(stack.log("nginx").find("uninitialized") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(refusals_carry_the_sites_own_headers) {
  const Stack stack;
  Client client = stack.http();
  for (const char* accept : {"Accept: text/html", "Accept: application/json"})
    BOOST_TEST(client.get("/account/", {accept}).header("x-of-the-site") == "yes");
  BOOST_TEST(client.get("/admin/", {stack.log_in(R"({"user":"bob"})")}).header("x-of-the-site") == "yes");
  Stack down(Front::canned);
  const Reply outage = down.http().get("/account/");
  BOOST_TEST(outage.status == 503);
  BOOST_TEST(outage.header("x-of-the-site") == "yes");
}

// nginx notes each of the statuses then: "502, 204".
BOOST_AUTO_TEST_CASE(a_check_that_nginx_tries_again_counts_by_its_last_status) {
  Stack stack(Front::retried);
  const SocketServer broken(stack.front_socket(), [](int) {});
  Client client = stack.http();
  const auto refused_first = [&](const auto& ask) {
    const unsigned before = broken.accepted();
    const Reply reply = ask();
    BOOST_TEST(broken.accepted() == before + 1);
    return reply;
  };
  const auto get = [&](const std::string& path, const HeaderLines& headers) {
    return refused_first([&] { return client.get(path, headers); });
  };
  const std::string cookie = stack.log_in(R"({"user":"alice"})");
  const Reply passed = get("/account/", {cookie + "; other=1", "Accept: text/html"});
  BOOST_TEST_REQUIRE(passed.status == 200);
  BOOST_TEST(passed.json()["headers"]["cookie"] == Json::array({"other=1"}));
  BOOST_TEST(passed.json()["headers"]["x-auth-request-user"] == Json::array({"alice"}));
  BOOST_TEST(get("/account/x", {"Accept: text/html"}).header("location") == "/login?to=%2Faccount%2Fx");
  BOOST_TEST(get("/account/", {"Accept: application/json"}).json()["reason"] == "absent");
  BOOST_TEST(get("/admin/", {cookie, "Accept: application/json"}).json()["reason"] == "forbidden");
  BOOST_TEST(stack.stop_gateway() == 0);
  const Reply outage = get("/account/", {cookie});
  BOOST_TEST(outage.status == 503);
  BOOST_TEST(outage.header("retry-after") == "5");
}

BOOST_AUTO_TEST_CASE(a_login_that_nginx_tries_again_is_a_login) {
  Stack stack(Front::retried);
  const SocketServer broken(stack.front_socket(), [](int) {});
  stack.application().answers([](const AppRequest& request) {
    return request.method == "GET"
               ? std::string("200 OK\r\n\r\nin")
               : "200 OK\r\nX-Accel-Redirect: /_session/commit\r\nX-Session-Set: {\"user\":\"bob\"}\r\n\r\n";
  });
  Client client = stack.http();
  const Reply login = client.post("/login", "user=bob");
  BOOST_TEST(login.status == 204);
  BOOST_TEST(broken.accepted() == 1U);
  const Reply inside = client.get("/account/", {"Cookie: session=" + login.cookie("session")});
  BOOST_TEST(inside.status == 200);
  BOOST_TEST(inside.body == "in");
  BOOST_TEST(broken.accepted() == 2U);
}

BOOST_AUTO_TEST_CASE(what_another_module_refuses_is_no_missing_session) {
  const Stack stack;
  const std::string cookie = stack.log_in(R"({"user":"alice"})");
  Client client = stack.http();
  for (const HeaderLines& headers : {HeaderLines{cookie}, HeaderLines{cookie, "Accept: application/json"}}) {
    const Reply password = client.get("/password/", headers);
    BOOST_TEST(password.status == 401);
    BOOST_TEST(password.header("www-authenticate") == "Basic realm=\"A second door\"");
    BOOST_TEST(!password.has("location"));
    const Reply denied = client.get("/denied/", headers);
    BOOST_TEST(denied.status == 403);
    BOOST_TEST(denied.body.find("reason") == std::string::npos);
  }
  const std::string basic = "Authorization: Basic Ym9iOnNlY3JldA==";
  BOOST_TEST(client.get("/password/", {cookie, basic}).status == 200);
  BOOST_TEST(client.get("/password/", {basic, "Accept: text/html"}).status == 303);
}

BOOST_AUTO_TEST_CASE(a_preflight_passes_where_the_location_says_so_and_nothing_else_does) {
  Stack stack;
  Client client = stack.http();
  const HeaderLines preflight = {"Origin: https://other.example", "Access-Control-Request-Method: POST"};
  BOOST_TEST(client.send("OPTIONS", "/account/", preflight).status == 303);
  const Reply passed = client.send("OPTIONS", "/cors/", {preflight[0], preflight[1], kForged[0]});
  BOOST_TEST(passed.status == 200);
  const Json headers = passed.json()["headers"];
  BOOST_TEST(!headers.contains("x-auth-request-user"));
  for (const char* more :
       {"Cookie: other=1", "Authorization: Basic x", "X-HTTP-Method-Override: GET", "Content-Length: 1"})
    BOOST_TEST(client.send("OPTIONS", "/cors/", {preflight[0], preflight[1], more}).status != 200, more);
  BOOST_TEST(client.send("OPTIONS", "/cors/", {preflight[0]}).status == 303);
  BOOST_TEST(client.send("OPTIONS", "/cors/", {preflight[1]}).status == 303);
  BOOST_TEST(client.get("/cors/", preflight).status == 303);
  BOOST_TEST(client.post("/cors/", "x", preflight).status == 303);
  // nginx goes on with a GET, and the word was for that location.
  for (const std::string target : {"/account/", "/cors/other"}) {
    stack.application().answers([target](const AppRequest& request) {
      return request.target == "/cors/" ? "200 OK\r\nX-Accel-Redirect: " + target + "\r\n\r\n"
                                        : std::string("200 OK\r\n\r\nopen");
    });
    BOOST_TEST(client.send("OPTIONS", "/cors/", preflight).status == 303, target);
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(what_applications_learn)

BOOST_AUTO_TEST_CASE(an_upload_passes_the_check_and_the_commit) {
  Stack stack;
  const std::string cookie = stack.log_in(R"({"user":"alice"})");
  const std::string upload(2 << 20, 'x');
  Client client = stack.http();
  BOOST_TEST(client.post("/uploads/", upload, {cookie}).json()["body"].get<std::string>().size() ==
             upload.size());
  BOOST_TEST(client.post("/uploads/", upload, {"Accept: application/json"}).status == 401);
  stack.application().answers([](const AppRequest&) {
    return "200 OK\r\nX-Accel-Redirect: /_session/commit\r\nX-Session-Set: {\"uploads\":1}\r\n\r\n";
  });
  BOOST_TEST(client.post("/uploads/", upload, {cookie}).status == 204);
  BOOST_TEST(client.get("/session", {cookie}).json()["uploads"] == 1);
  BOOST_TEST(client.post("/uploads/", std::string(9 << 20, 'x'), {cookie}).status == 413);
}

BOOST_AUTO_TEST_CASE(an_application_learns_host_scheme_and_address_as_the_browser_has_them) {
  const Stack stack;
  const std::string cookie = stack.log_in(R"({"user":"alice"})");
  for (const std::string path : {"/proxied/", "/proxied/open/"}) {
    const Json headers =
        stack.http()
            .get(path, {cookie, "Host: gateway.test:8080", "X-Real-IP: 1.2.3.4", "Forwarded: for=x",
                        "X-Forwarded-Host: evil.example", "X-Forwarded-Proto: https"})
            .json()["headers"];
    BOOST_TEST(headers["host"] == Json::array({"gateway.test:8080"}), path);
    BOOST_TEST(headers["x-forwarded-host"] == Json::array({"gateway.test:8080"}), path);
    BOOST_TEST(headers["x-forwarded-proto"] == Json::array({"http"}), path);
    BOOST_TEST(headers["x-real-ip"] == Json::array({"unix:"}), path);
    BOOST_TEST(headers["x-forwarded-for"] == Json::array({"unix:"}), path);
    BOOST_TEST(!headers.contains("forwarded"), path);
    BOOST_TEST(!headers.contains("upgrade"), path);
    BOOST_TEST(!headers.contains("connection"), path);
    const Json upgraded =
        stack.http().get(path, {cookie, "Connection: Upgrade", "Upgrade: websocket"}).json()["headers"];
    BOOST_TEST(upgraded["upgrade"] == Json::array({"websocket"}), path);
    BOOST_TEST(upgraded["connection"] == Json::array({"upgrade"}), path);
    const Json other =
        stack.http().get(path, {cookie, "Connection: Upgrade", "Upgrade: h2c"}).json()["headers"];
    BOOST_TEST(!other.contains("upgrade"), path);
    BOOST_TEST(!other.contains("connection"), path);
  }
}

BOOST_AUTO_TEST_CASE(cookies_of_the_application_are_there_where_no_check_ran) {
  const Stack stack;
  for (const std::string path : {"/intranet/", "/outer/open/"}) {
    const Reply reply = stack.http().get(path, kForged);
    BOOST_TEST_REQUIRE(reply.status == 200, path);
    const Json headers = reply.json()["headers"];
    BOOST_TEST(headers["cookie"] == Json::array({"other=1"}), path);
    BOOST_TEST(!headers.contains("x-auth-request-user"), path);
  }
}

BOOST_AUTO_TEST_CASE(an_application_with_grpc_gets_what_one_with_http_gets) {
  Stack stack(Front::canned);
  const CannedGateway gateway(stack.front_socket(), kPass);
  Client client = stack.http();
  const Json closed = client.get("/grpc/", kForged).json()["headers"];
  BOOST_TEST(closed["x-auth-request-user"] == Json::array({"alice"}));
  BOOST_TEST(closed["cookie"] == Json::array({"other=1"}));
  BOOST_TEST(!closed.contains("x-session-set"));
  const Json open = client.get("/grpc/open/", kForged).json()["headers"];
  BOOST_TEST(!open.contains("x-auth-request-user"));
  BOOST_TEST(open["cookie"] == Json::array({"other=1"}));
  stack.application().answers([](const AppRequest&) { return "200 OK\r\nX-Session-Set: {}\r\n\r\n"; });
  BOOST_TEST(!client.get("/grpc/").has("x-session-set"));
  BOOST_TEST(!client.get("/grpc/open/").has("x-session-set"));
}

BOOST_AUTO_TEST_CASE(an_application_with_uwsgi_gets_what_one_with_http_gets) {
  const Stack stack(Front::canned);
  const CannedGateway gateway(stack.front_socket(), kPass);
  UwsgiApplication application(stack.uwsgi_socket());
  Client client = stack.http();
  const Reply closed = client.get("/uwsgi/", kForged);
  BOOST_TEST(closed.status == 200);
  BOOST_TEST(!closed.has("x-session-set"));
  BOOST_TEST(application.var("HTTP_X_AUTH_REQUEST_USER") == "alice");
  BOOST_TEST(application.var("HTTP_COOKIE") == "other=1");
  BOOST_TEST(application.var("HTTP_X_SESSION_SET") == "(absent)");
  const Reply open = client.get("/uwsgi/open/", kForged);
  BOOST_TEST(open.status == 200);
  BOOST_TEST(!open.has("x-session-set"));
  BOOST_TEST(application.var("HTTP_X_AUTH_REQUEST_USER") == "(absent)");
  BOOST_TEST(application.var("HTTP_COOKIE") == "other=1");
}

BOOST_AUTO_TEST_CASE(a_check_carries_the_address_and_the_requests_id_only_where_it_is_wanted) {
  Stack stack(Front::canned);
  CannedGateway gateway(stack.front_socket(), kPass);
  Client client = stack.http();
  const auto param = [&](const std::string& name) {
    const auto all = gateway.params();
    const auto found = all.find(name);
    return found == all.end() ? std::string("(absent)") : found->second;
  };
  client.get("/account/?a=b");
  BOOST_TEST(param("REQUEST_URI") == "/account/?a=b");
  BOOST_TEST(param("REQUEST_ID") == "(absent)");
  client.get("/with-id/");
  BOOST_TEST(param("REQUEST_ID").size() == 32U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
