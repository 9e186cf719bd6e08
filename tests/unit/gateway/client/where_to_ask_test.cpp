#include "gateway/client/where_to_ask.h"

#include <string>

#include <boost/test/unit_test.hpp>

#include "gateway/client/ask.h"
#include "gateway/config/listen_address.h"
#include "gateway/config/load.h"

using namespace session::gateway;

namespace {

const std::string kFirst = "the-first-secret-of-the-tests-of-clients";
const std::string kThird = "the-third-secret-of-the-tests-of-clients";
const std::string kListen =
    "listen:\n"
    "  - { unix: /run/app.sock, protocol: http, serves: [commit], secret: { value: " +
    kFirst +
    " } }\n"
    "  - { unix: /run/gateway.sock }\n"
    "  - { tcp: '127.0.0.1:9180', protocol: http, serves: [health, metrics], secret: { value: " +
    kThird +
    " } }\n"
    "  - { tcp: '[::1]:9181', protocol: http, serves: [ready, health] }\n";

Settings settings(const std::string& yaml = kListen) {
  auto loaded = load_text("test.yaml", yaml);
  BOOST_TEST_REQUIRE(loaded.has_value());
  return *loaded;
}

// "http unix:/path secret".
std::string told(const session::Result<ListenerToAsk, std::string>& found) {
  if (!found) return "error: " + found.error();
  const std::string protocol = protocol_of(found->where) == Protocol::http ? "http" : "fastcgi";
  const std::string secret(found->secret.reveal());
  return protocol + " " + listener_address(found->where) + (secret.empty() ? "" : " " + secret);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(where_to_ask_them)

BOOST_AUTO_TEST_CASE(the_first_http_listener_that_serves_the_endpoint_is_asked) {
  BOOST_TEST(told(where_to_ask("health", settings())) == "http tcp:127.0.0.1:9180 " + kThird);
  BOOST_TEST(told(where_to_ask("metrics", settings())) == "http tcp:127.0.0.1:9180 " + kThird);
  BOOST_TEST(told(where_to_ask("ready", settings())) == "http tcp:[::1]:9181");
}

BOOST_AUTO_TEST_CASE(without_one_the_first_fastcgi_listener_is_asked) {
  const Settings some = settings(
      "listen:\n  - { unix: /run/http.sock, protocol: http, serves: [health] }\n"
      "  - { unix: /run/gateway.sock }\n  - { tcp: '127.0.0.1:9000' }\n");
  BOOST_TEST(told(where_to_ask("ready", some)) == "fastcgi unix:/run/gateway.sock");
  BOOST_TEST(told(where_to_ask("health", some)) == "http unix:/run/http.sock");
  BOOST_TEST(told(where_to_ask("health", Settings{})) == "fastcgi unix:/run/session-gateway/gateway.sock");
}

BOOST_AUTO_TEST_CASE(a_configuration_without_a_listener_for_the_endpoint_is_told) {
  const Settings some =
      settings("listen:\n  - { unix: /run/http.sock, protocol: http, serves: [auth, health] }\n");
  BOOST_TEST(
      told(where_to_ask("ready", some)) ==
      "error: no listener answers ready: add ready to listen[].serves of one, or name one with --socket");
}

BOOST_AUTO_TEST_CASE(an_address_has_the_protocol_and_the_secret_of_its_listener) {
  for (const char* address : {"127.0.0.1:9180", "tcp:127.0.0.1:9180", "http:127.0.0.1:9180"})
    BOOST_TEST(told(where_to_ask_at(address, settings())) == "http tcp:127.0.0.1:9180 " + kThird, address);
  BOOST_TEST(told(where_to_ask_at("[::1]:9181", settings())) == "http tcp:[::1]:9181");
  for (const char* address : {"/run/gateway.sock", "unix:/run/gateway.sock", "fastcgi:/run/gateway.sock"})
    BOOST_TEST(told(where_to_ask_at(address, settings())) == "fastcgi unix:/run/gateway.sock", address);
}

BOOST_AUTO_TEST_CASE(a_protocol_before_the_address_counts_more_than_the_configuration) {
  BOOST_TEST(told(where_to_ask_at("fastcgi:tcp:127.0.0.1:9180", settings())) ==
             "fastcgi tcp:127.0.0.1:9180 " + kThird);
  BOOST_TEST(told(where_to_ask_at("http:unix:/run/gateway.sock", settings())) ==
             "http unix:/run/gateway.sock");
}

BOOST_AUTO_TEST_CASE(an_address_that_is_not_configured_is_fastcgi_with_the_first_secret) {
  BOOST_TEST(told(where_to_ask_at("/run/other.sock", settings())) ==
             "fastcgi unix:/run/other.sock " + kFirst);
  BOOST_TEST(told(where_to_ask_at("http:/run/other.sock", settings())) ==
             "http unix:/run/other.sock " + kFirst);
  BOOST_TEST(told(where_to_ask_at("http:127.0.0.1:80", Settings{})) == "http tcp:127.0.0.1:80");
}

BOOST_AUTO_TEST_CASE(what_is_no_address_is_told) {
  BOOST_TEST(told(where_to_ask_at("http://127.0.0.1:9180/ready", settings())) ==
             "error: expected an address and not a URL, such as http:127.0.0.1:9180, got "
             "http://127.0.0.1:9180/ready");
  BOOST_TEST(told(where_to_ask_at("http:localhost:9180", settings())) ==
             "error: expected a numeric address, not a name, got localhost:9180");
  BOOST_TEST(told(where_to_ask_at("http:", settings())).starts_with("error: "));
}

BOOST_AUTO_TEST_SUITE_END()
