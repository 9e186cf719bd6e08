#include "gateway/transport/http/routes.h"

#include <string>

#include <boost/test/unit_test.hpp>

#include "tests/support/loading.h"

namespace session::gateway {
namespace {

constexpr std::size_t kFront = 0, kProbes = 1, kApplications = 2, kFastcgi = 3, kUnknown = 4;

const std::string kYaml = R"(
listen:
  - unix: /run/front.sock
    protocol: http
    serves: [auth, session, health]
  - tcp: 127.0.0.1:9180
    protocol: http
    serves: [health, ready, metrics]
  - unix: /run/app.sock
    protocol: http
    serves: [commit]
  - unix: /run/gateway.sock
rules:
  admin: { /groups: { contains: admin } }
checks:
  staff: { require: [login, admin], refuse: redirect, login_page: /sign-in, original: X-Original-URI }
  anybody: { require: [] }
  poll: { touch: false }
views:
  self: { allow: [set:theme, destroy], expose: [user, theme] }
  all: {}
)";

struct Routes {
  HttpRoutes routes{settings(kYaml),
                    {"unix:/run/front.sock", "tcp:127.0.0.1:9180", "unix:/run/app.sock",
                     "unix:/run/gateway.sock", "unix:/run/another.sock"}};

  [[nodiscard]] HttpRoute find(std::size_t listener, const std::string& target,
                               const std::string& method = "GET") const {
    return routes.find(listener, method, target);
  }
  // The status with which a request is refused; 0: it is not.
  [[nodiscard]] int refused(std::size_t listener, const std::string& target,
                            const std::string& method = "GET") const {
    const HttpRoute route = find(listener, target, method);
    BOOST_TEST((route.settings == nullptr) == route.refusal.has_value());
    return route.refusal ? route.refusal->status : 0;
  }
};

BOOST_FIXTURE_TEST_SUITE(http_routes, Routes)

BOOST_AUTO_TEST_CASE(a_check_asks_for_what_the_configuration_says_under_its_name) {
  const HttpRoute staff = find(kFront, "/auth/staff");
  BOOST_TEST(staff.settings->endpoint() == "auth");
  BOOST_TEST(staff.settings->require() == "login,admin");
  BOOST_TEST(staff.settings->login_page() == "/sign-in");
  BOOST_TEST(staff.original == "X-Original-URI");
  BOOST_TEST(find(kFront, "/auth/anybody").settings->require() == "");
  BOOST_TEST((find(kFront, "/auth/poll").settings->touch() == Touch::off));
  BOOST_TEST(find(kFront, "/auth/poll").settings->require() == "login");
}

BOOST_AUTO_TEST_CASE(the_check_login_is_there_by_default) {
  const HttpRoute login = find(kFront, "/auth/login");
  BOOST_TEST(login.settings->require() == "login");
  BOOST_TEST((login.settings->touch() == Touch::on));
  BOOST_TEST(login.settings->login_page() == "");
  BOOST_TEST(login.original == "X-Forwarded-Uri");
}

BOOST_AUTO_TEST_CASE(what_follows_the_name_decides_nothing) {
  for (const std::string tail : {"/", "/anything", "/../anybody", "//anybody", "/%2e%2e/anybody",
                                 "?check=anybody", "/?a=/auth/anybody"})
    for (const std::string method : {"GET", "POST", "OPTIONS", "CONNECT", "X"})
      BOOST_TEST(find(kFront, "/auth/staff" + tail, method).settings->require() == "login,admin", tail);
}

BOOST_AUTO_TEST_CASE(a_name_that_the_configuration_does_not_have_is_forbidden) {
  for (const std::string target : {"/auth/nobody", "/auth/", "/auth//staff", "/auth/%73taff", "/auth/STAFF",
                                   "/auth/staff%2f", "/auth/staff;x", "/auth/../auth/staff", "/auth/./staff",
                                   "/auth/staff ", "/auth/?staff", "/auth/staff,anybody", "/auth/staff#"}) {
    BOOST_TEST(refused(kFront, target) == 403, target);
    BOOST_TEST(find(kFront, target).refusal->reason == "no-check", target);
  }
}

BOOST_AUTO_TEST_CASE(the_name_that_was_asked_for_is_told) {
  BOOST_TEST(find(kFront, "/auth/nobody/x?y").refusal->asked == "nobody");
  BOOST_TEST(find(kFront, "/auth/%73taff").refusal->asked == "%73taff");
}

BOOST_AUTO_TEST_CASE(a_view_allows_and_shows_what_the_configuration_says) {
  const HttpRoute self = find(kFront, "/session/self");
  BOOST_TEST(self.settings->endpoint() == "session");
  BOOST_TEST(self.settings->allow() == "set:theme,destroy");
  BOOST_TEST((self.settings->expose() == "user,theme"));
  BOOST_TEST(self.takes_body);
  const HttpRoute all = find(kFront, "/session/all?x", "POST");
  BOOST_TEST(all.settings->allow() == "");
  BOOST_TEST(!all.settings->expose().has_value());
}

BOOST_AUTO_TEST_CASE(what_a_listener_does_not_serve_is_not_there) {
  for (const std::string target :
       {"/", "", "/auth", "/session", "/session/", "/session/other", "/session/self/x", "/health/",
        "/health/x", "/ready", "/metrics", "/commit", "/AUTH/staff", "//auth/staff", "/x/../health",
        "/%68ealth", "*", "http://a/health"})
    BOOST_TEST(refused(kFront, target) == 404, target);
  for (const std::string target : {"/auth/login", "/session/self", "/commit"})
    BOOST_TEST(refused(kProbes, target) == 404, target);
  for (const std::string target : {"/auth/login", "/session/self", "/health", "/metrics"})
    BOOST_TEST(refused(kApplications, target, "POST") == 404, target);
  for (const std::size_t listener : {kFastcgi, kUnknown, std::size_t{99}})
    for (const std::string target : {"/auth/login", "/health", "/commit"})
      BOOST_TEST(refused(listener, target, "POST") == 404);
  BOOST_TEST(HttpRoutes().find(0, "GET", "/health").refusal->status == 404);
}

BOOST_AUTO_TEST_CASE(what_is_for_probes_takes_get_and_head) {
  for (const std::string target : {"/health", "/ready?x", "/metrics"}) {
    BOOST_TEST(refused(kProbes, target) == 0, target);
    BOOST_TEST(refused(kProbes, target, "HEAD") == 0, target);
    BOOST_TEST(refused(kProbes, target, "POST") == 405, target);
    BOOST_TEST(find(kProbes, target, "POST").refusal->allow == "GET, HEAD");
  }
}

BOOST_AUTO_TEST_CASE(an_application_commits_by_post) {
  const HttpRoute commit = find(kApplications, "/commit", "POST");
  BOOST_TEST(commit.settings->endpoint() == "commit");
  BOOST_TEST(commit.is_application);
  BOOST_TEST(commit.takes_body);
  BOOST_TEST(refused(kApplications, "/commit") == 405);
  BOOST_TEST(find(kApplications, "/commit").refusal->allow == "POST");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::gateway
