// The section `admin`, and the listener that it makes.

#include <string>

#include "gateway/config/listen_address.h"
#include "gateway/transport/http/http_request.h"
#include "gateway/transport/listener_secrets.h"
#include "tests/support/loading.h"

namespace session::gateway {
namespace {

const std::string kAdmin = "admin: { unix: /run/gw/admin.sock }\n";

}  // namespace

BOOST_AUTO_TEST_SUITE(admin_settings)

BOOST_AUTO_TEST_CASE(there_is_no_socket_unless_the_file_names_one) {
  BOOST_TEST(!admin_listener(settings("")).has_value());
  BOOST_TEST(all_listeners(settings("")).size() == 1u);
  const Settings read = settings(kAdmin);
  BOOST_TEST_REQUIRE(admin_listener(read).has_value());
  BOOST_TEST(
      (*admin_listener(read) ==
       Listen(ListenUnix{"/run/gw/admin.sock", 0600, Protocol::http, std::nullopt, {Service::admin}})));
  BOOST_TEST(all_listeners(read).size() == 2u);
  BOOST_TEST(read.listen.size() == 1u);
  BOOST_TEST(!read.admin.attributes);
  BOOST_TEST(settings("admin: { attributes: true }\n").admin.attributes);
}

BOOST_AUTO_TEST_CASE(it_has_a_path_of_its_own) {
  BOOST_TEST(problems("admin: { unix: admin.sock }\n").find("expected the absolute path of a socket") !=
             std::string::npos);
  BOOST_TEST(problems("admin: { tcp: 127.0.0.1:9000 }\n").find("admin") != std::string::npos);
  BOOST_TEST(
      problems("listen: [{unix: /run/gw/../gw/admin.sock}]\n" + kAdmin).find("admin.unix: the same as one") !=
      std::string::npos);
}

BOOST_AUTO_TEST_CASE(no_listener_of_the_file_serves_operators) {
  BOOST_TEST(problems("listen: [{unix: /a, protocol: http, serves: [admin]}]\n").find("got admin") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(its_requests_need_no_secret_of_another_listener) {
  const Settings read = settings(
      "listen: [{unix: /run/gw/a.sock, secret: {value: a-secret-of-the-tests-of-32-bytes-or-more}}]\n" +
      kAdmin);
  const ListenerSecrets secrets(read,
                                {"unix:/run/gw/a.sock", "unix:/run/gw/admin.sock", "unix:/run/gw/b.sock"});
  BOOST_TEST(!secrets.admits(0, {}));
  BOOST_TEST(secrets.admits(1, {}));
  BOOST_TEST(!secrets.admits(2, {}));
}

BOOST_AUTO_TEST_CASE(its_socket_serves_operators_and_no_other_one_does) {
  const Settings read = settings(
      "listen: [{unix: /run/gw/a.sock, protocol: http, serves: [auth, session, sessions, health]}]\n" +
      kAdmin);
  const HttpRoutes routes(read, {"unix:/run/gw/a.sock", "unix:/run/gw/admin.sock"});
  const HttpRoute route = routes.find(1, "DELETE", "/sessions/abc?x");
  BOOST_TEST_REQUIRE(route.settings != nullptr);
  BOOST_TEST(route.settings->endpoint() == "admin");
  BOOST_TEST(route.is_operator);
  for (const char* target : {"/auth/login", "/session/self", "/health", "/sessions"})
    BOOST_TEST(routes.find(1, "GET", target).settings->endpoint() == "admin");
  for (const char* target : {"/admin", "/admin/sessions", "/subjects", "/stats", "/sessions/abc"})
    BOOST_TEST(routes.find(0, "GET", target).refusal.has_value());
  BOOST_TEST(routes.find(0, "GET", "/sessions").settings->endpoint() == "sessions");
  BOOST_TEST(!routes.find(0, "GET", "/sessions").is_operator);
}

BOOST_AUTO_TEST_CASE(only_there_a_request_has_an_operator_and_only_by_the_kernels_word) {
  HttpHead head;
  head.method = "GET";
  head.target = "/sessions/abc?subject=ada";
  HttpRoute route;
  BOOST_TEST(!request_of(head, route, 0).operator_user.has_value());
  BOOST_TEST(request_of(head, route, 0).resource == "");
  route.is_operator = true;
  const Request request = request_of(head, route, 1000);
  BOOST_TEST(*request.operator_user == 1000u);
  BOOST_TEST(request.resource == "/sessions/abc");
  BOOST_TEST(request.query == "subject=ada");
  BOOST_TEST(!request_of(head, route).operator_user.has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway
