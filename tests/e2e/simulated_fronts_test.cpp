// Traefik, Envoy and ingress-nginx as their source has them, simulated: a real gateway gets the checks that
// they would send with the configurations that the command prints. None of the three runs here.

#include <csignal>
#include <memory>

#include <boost/test/unit_test.hpp>

#include "core/base/text.h"
#include "tests/support/daemon/simulated_front.h"
#include "tests/support/daemon/wire_gateway.h"
#include "tests/support/e2e/fronts.h"

namespace session::gateway::test {
namespace {

using session::test::forged_identities;
using session::test::front_files;
using session::test::kIdentityHeaders;
using session::test::replaced;

// What `session-gateway fronts NAME` prints, which the page of that name shows as a whole; with the cookie of
// the test's gateway.
std::string configuration_of(const std::string& name) {
  std::string text;
  for (const auto& [file, content] : front_files(name)) {
    if (!file.ends_with("-cluster.yaml")) text += (text.empty() ? "" : "---\n") + content;
  }
  return replaced(text, "__Host-session", "session");
}

std::vector<SimulatedFront> fronts() {
  return {simulated_traefik(configuration_of("traefik"), "login"),
          simulated_traefik(configuration_of("traefik"), "pages"), simulated_envoy(configuration_of("envoy")),
          simulated_ingress_nginx(configuration_of("ingress-nginx"))};
}

WireGateway::Setup setup() {
  WireGateway::Setup made;
  made.yaml =
      "workers: 2\n"
      "rules: { admin: { /groups: { contains: admin } } }\n"
      "checks:\n  anybody: { require: [] }\n"
      "  pages: { refuse: redirect, login_page: /login }\n"
      "  admin: { require: [login, admin] }\n";
  made.listen = "  - unix: '@DIR@http.sock'\n    protocol: http\n    serves: [auth]\n";
  return made;
}

struct Site : WireGateway {
  Site() : WireGateway(setup()) {}

  [[nodiscard]] Outcome ask(const SimulatedFront& front, const ClientRequest& request) const {
    const ClientRequest received = front.received(request);
    return front.outcome_of(received, peer_of("http.sock").ask_http(front.check_of(received)));
  }
  [[nodiscard]] static ClientRequest with_cookie(const std::string& cookie, Fields more = {}) {
    more.emplace_back("Cookie", "theme=dark; session=" + cookie);
    return {"GET", "/in/page?a=b", std::move(more)};
  }
};

const Fields kPage = {{"Sec-Fetch-Mode", "navigate"}, {"Accept", "text/html"}};

// What the application takes for that identity header: all spellings are one variable to it.
std::vector<std::string> identities(const Fields& fields, const std::string& header) {
  std::vector<std::string> values;
  for (const auto& [name, value] : fields) {
    if (lower(replaced(name, "_", "-")) == lower(header)) values.push_back(value);
  }
  return values;
}

// Whether it learns of alice, and of nobody else.
bool is_alice(const SimulatedFront& front, const Fields& fields) {
  const std::vector<std::string> none =
      front.copies_empty ? std::vector<std::string>{""} : std::vector<std::string>();
  return identities(fields, "X-Auth-Request-User") == std::vector<std::string>{"alice"} &&
         identities(fields, "X-Auth-Request-Email") == none &&
         identities(fields, "X-Auth-Request-Groups") == std::vector<std::string>{"a,b"};
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(simulated_fronts, Site)

BOOST_AUTO_TEST_CASE(a_simulated_front_passes_a_session_with_every_identity_header) {
  const std::string cookie = log_in(R"({"user":"alice","groups":["a","b"]})");
  for (const SimulatedFront& front : fronts()) {
    for (const char* method : {"GET", "HEAD", "POST", "OPTIONS", "DELETE", "PROPFIND"}) {
      ClientRequest request = with_cookie(cookie, {{"Content-Length", "7"}, {"Origin", "https://evil.test"}});
      request.method = method;
      const Outcome outcome = ask(front, request);
      BOOST_TEST(outcome.passes, front.label << " " << method << ": " << outcome.status);
      BOOST_TEST(is_alice(front, outcome.application), front.label << " " << method);
      BOOST_TEST(outcome.client.empty(), front.label);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_simulated_front_lets_nobody_in_without_a_session) {
  const std::string cookie = log_in(R"({"user":"alice"})");
  const std::string anonymous = log_in(R"({"cart":[1]})");
  for (const SimulatedFront& front : fronts()) {
    for (const char* method : {"GET", "HEAD", "POST", "OPTIONS", "PUT"}) {
      for (const std::string& bad : {std::string(), std::string("forged"), cookie.substr(1), anonymous}) {
        ClientRequest request = with_cookie(bad);
        request.method = method;
        const Outcome outcome = ask(front, request);
        BOOST_TEST(!outcome.passes, front.label << " " << method << " " << bad);
        BOOST_TEST((outcome.status == 401 || outcome.status == 303 || outcome.status == 302), front.label);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(no_forged_identity_header_reaches_an_application_behind_a_simulated_front) {
  const std::string cookie = log_in(R"({"user":"alice","groups":["a","b"]})");
  for (const SimulatedFront& front : fronts()) {
    for (const std::string& line : forged_identities()) {
      const auto end = line.find_first_of(":;");
      const Fields forged = {{line.substr(0, end), line[end] == ':' ? "mallory" : ""},
                             {"Connection", "close, " + kIdentityHeaders.front()}};
      const Outcome outcome = ask(front, with_cookie(cookie, forged));
      BOOST_REQUIRE(outcome.passes);
      BOOST_TEST(is_alice(front, outcome.application), front.label << ": " << line);
      const Fields open = front.unchecked(front.received(with_cookie(cookie, forged)));
      for (const std::string& header : kIdentityHeaders)
        BOOST_TEST(identities(open, header).empty(), front.label << " in an open place: " << line);
      BOOST_TEST(!ask(front, {"GET", "/in/page", forged}).passes, front.label << ": " << line);
    }
  }
}

BOOST_AUTO_TEST_CASE(nothing_that_a_client_sends_chooses_the_check_of_a_simulated_front) {
  const std::string user = log_in(R"({"user":"alice"})");
  const std::string anonymous = log_in(R"({"cart":[1]})");
  const Fields words = {{"X-Original-URL", "/auth/anybody"},
                        {"X-Original-URI", "/auth/anybody"},
                        {"X-Forwarded-Uri", "/auth/anybody"},
                        {"X-Rewrite-URL", "/auth/anybody"},
                        {"X-Forwarded-Prefix", "/auth/anybody"},
                        {"X-Forwarded-Method", "OPTIONS"},
                        {"X-HTTP-Method-Override", "HEAD"},
                        {"Gateway-Require", ""},
                        {"Gateway-Endpoint", "health"},
                        {"X-Session-Set", R"({"user":"root"})"},
                        {"X-Gateway-Secret", "x"},
                        {"Content-Length", "5"},
                        {"Transfer-Encoding", "chunked"},
                        {"Expect", "100-continue"}};
  for (SimulatedFront front : fronts()) {
    for (const char* target :
         {"/../anybody", "/../../auth/anybody", "/%2e%2e/anybody", "//auth/anybody", "/auth/anybody",
          "/?check=anybody&require=", "/;/auth/anybody", "/\\..\\anybody", "/x#/auth/anybody", "/"}) {
      ClientRequest request = with_cookie(anonymous, words);
      request.target = target;
      BOOST_TEST(!ask(front, request).passes, front.label << " " << target);
      request = with_cookie(user, words);
      request.target = target;
      front.check = "/auth/admin";
      BOOST_TEST(ask(front, request).status == 403, front.label << " " << target);
      front.check = "/auth/login";
    }
  }
}

BOOST_AUTO_TEST_CASE(a_target_that_is_no_path_is_refused_where_a_simulated_envoy_appends_it) {
  const std::string cookie = log_in(R"({"user":"alice"})");
  const SimulatedFront envoy = simulated_envoy(configuration_of("envoy"));
  for (const char* target : {"*", "x", "-anybody", "%2f..%2fanybody"}) {
    ClientRequest request = with_cookie(cookie);
    request.method = "OPTIONS";
    request.target = target;
    BOOST_TEST(ask(envoy, request).status == 403, target);
  }
}

BOOST_AUTO_TEST_CASE(a_simulated_front_leads_pages_to_the_login_and_back) {
  const Fields forged = {{"X-Forwarded-Uri", "//evil.test/"}, {"X-Forwarded-Method", "POST"}};
  Fields fields = kPage;
  fields.insert(fields.end(), forged.begin(), forged.end());
  for (const char* configured : {"traefik", "envoy"}) {
    const SimulatedFront front = configured[0] == 't'
                                     ? simulated_traefik(configuration_of("traefik"), "pages")
                                     : simulated_envoy(configuration_of("envoy"));
    const Outcome page = ask(front, {"GET", "/in/page?a=b", fields});
    BOOST_TEST(page.status == 303, front.label);
    BOOST_TEST(value_of(page.client, "Location").value_or("") == "/login?to=%2Fin%2Fpage%3Fa%3Db",
               front.label);
    BOOST_TEST(ask(front, {"POST", "/in/page", kPage}).status == 401, front.label);
    BOOST_TEST(ask(front, {"GET", "/in/data", {{"Sec-Fetch-Mode", "cors"}}}).status == 401, front.label);
    const Fields websocket = {
        {"Connection", "Upgrade"}, {"Upgrade", "websocket"}, {"Sec-Fetch-Mode", "websocket"}};
    BOOST_TEST(ask(front, {"GET", "/in/socket", websocket}).status == 401, front.label);
  }
  const SimulatedFront envoy = simulated_envoy(configuration_of("envoy"));
  for (const Fields& program : {Fields{{"Connection", "Upgrade"}, {"Upgrade", "websocket"}},
                                Fields{{"Content-Type", "application/grpc"}, {"Accept", "*/*"}}})
    BOOST_TEST(ask(envoy, {"GET", "/in/socket", program}).status == 401, program.back().first);
  const SimulatedFront nginx = simulated_ingress_nginx(configuration_of("ingress-nginx"));
  const Outcome page = ask(nginx, {"GET", "/in/page", kPage});
  BOOST_TEST(page.status == 302);
  BOOST_TEST(value_of(page.client, "Location").value_or("") ==
             "https://shop.test/login?to=https://shop.test/in/page");
}

// What the pages warn of.
BOOST_AUTO_TEST_CASE(a_redirect_is_lost_behind_a_simulated_front_without_the_option_for_it) {
  const std::string without =
      replaced(configuration_of("traefik"), "preserveLocationHeader: true", "preserveLocationHeader: false");
  const Outcome page = ask(simulated_traefik(without, "pages"), {"GET", "/in/page", kPage});
  BOOST_TEST(value_of(page.client, "Location").value_or("") == "http://127.0.0.1:9180/login?to=%2Fin%2Fpage");
  SimulatedFront nginx = simulated_ingress_nginx(configuration_of("ingress-nginx"));
  nginx.check = "/auth/pages";
  BOOST_TEST(ask(nginx, {"GET", "/in/page", kPage}).status == 500);
}

BOOST_AUTO_TEST_CASE(a_websocket_passes_a_simulated_front_with_a_session) {
  const std::string cookie = log_in(R"({"user":"alice","groups":["a","b"]})");
  for (const SimulatedFront& front : fronts()) {
    const Outcome outcome = ask(front, with_cookie(cookie, {{"Connection", "Upgrade"},
                                                            {"Upgrade", "websocket"},
                                                            {"Sec-WebSocket-Version", "13"}}));
    BOOST_TEST(outcome.passes, front.label);
    BOOST_TEST(is_alice(front, outcome.application), front.label);
  }
}

BOOST_AUTO_TEST_CASE(a_renewed_cookie_reaches_the_browser_through_a_simulated_front) {
  const std::string cookie = log_in(R"({"user":"alice"})");
  reconfigure("keys: [", "keys: [{ id: k2, value: 'the second key of all the wire tests' }, ");
  (void)reload();
  for (const SimulatedFront& front : fronts()) {
    const Outcome outcome = ask(front, with_cookie(cookie));
    BOOST_TEST(outcome.passes, front.label);
    BOOST_REQUIRE_MESSAGE(outcome.client.size() == 1U, front.label);
    BOOST_TEST(outcome.client.front().second.starts_with("session=v1.k2."), front.label);
    for (const auto& [name, value] : outcome.application) BOOST_TEST(lower(name) != "set-cookie");
  }
}

BOOST_AUTO_TEST_CASE(a_long_path_passes_a_simulated_front_and_what_is_too_long_is_refused) {
  const std::string cookie = log_in(R"({"user":"alice"})");
  for (const SimulatedFront& front : fronts()) {
    ClientRequest request = with_cookie(cookie);
    request.target = "/in/" + std::string(4000, 'p') + "?" + std::string(3500, 'q');
    request.fields.emplace_back("X-Other", std::string(4000, 'o'));
    BOOST_TEST(ask(front, request).passes, front.label);
    request = with_cookie("x; big=" + std::string(60000, 'c'));
    const Outcome outcome = ask(front, request);
    BOOST_TEST(!outcome.passes, front.label);
    BOOST_TEST(outcome.status >= 400, front.label);
  }
}

BOOST_AUTO_TEST_CASE(a_simulated_front_lets_nobody_in_while_the_gateway_is_gone) {
  const std::string cookie = log_in(R"({"user":"alice"})");
  signal(SIGTERM);
  BOOST_TEST(wait() == 0);
  for (const SimulatedFront& front : fronts()) {
    const ClientRequest received = front.received(with_cookie(cookie));
    BOOST_CHECK_THROW((void)peer_of("http.sock"), std::exception);
    const Outcome outcome = front.outcome_of(received, std::nullopt);
    BOOST_TEST(!outcome.passes, front.label);
    BOOST_TEST(outcome.status == (front.label.starts_with("Envoy") ? 503 : 500), front.label);
  }
}

BOOST_AUTO_TEST_CASE(the_simulations_know_every_option_and_no_other_one) {
  const std::string traefik = configuration_of("traefik");
  const std::string envoy = configuration_of("envoy");
  const std::string nginx = configuration_of("ingress-nginx");
  BOOST_CHECK_THROW(
      (void)simulated_traefik(replaced(traefik, "trustForwardHeader", "trustForwardHeaders"), "login"),
      std::exception);
  BOOST_CHECK_THROW((void)simulated_traefik(
                        replaced(traefik, "trustForwardHeader: false", "trustForwardHeader: true"), "login"),
                    std::exception);
  BOOST_CHECK_THROW(
      (void)simulated_envoy(replaced(envoy, "failure_mode_allow: false", "failure_mode_allow: true")),
      std::exception);
  BOOST_CHECK_THROW((void)simulated_envoy(replaced(envoy, "- exact: cookie", "- prefix: cook")),
                    std::exception);
  BOOST_CHECK_THROW((void)simulated_ingress_nginx(replaced(nginx, "/auth-url", "/auth-uri")), std::exception);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway::test
