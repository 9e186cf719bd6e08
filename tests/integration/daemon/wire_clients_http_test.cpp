#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/daemon/impostor.h"
#include "tests/support/daemon/wire_gateway.h"
#include "tests/support/program.h"

// `session-gateway health`, `ready` and `metrics` by HTTP, against a running gateway and against what is
// none.

namespace session::gateway::test {
namespace {

using session::test::free_port;
using session::test::run_gateway_command;
using session::test::Said;

const std::string kSecret = "the-secret-of-the-tests-of-the-clients";
const std::string kOther = "another-secret-of-the-tests-of-the-clients";
const std::string kProbes = ", protocol: http, serves: [health, ready, metrics]";

// A gateway with an HTTP listener for probes, and another for nothing but checks.
WireGateway::Setup setup(const std::string& more = "", const std::string& yaml = "workers: 2\n") {
  WireGateway::Setup made;
  made.listen = "  - { unix: '@DIR@http.sock'" + kProbes + more +
                " }\n"
                "  - { unix: '@DIR@auth.sock', protocol: http, serves: [auth] }\n";
  made.yaml = yaml;
  return made;
}

std::string secret(const std::string& value) { return ", secret: { value: " + value + " }"; }

// A configuration for clients: its listeners, separated by commas.
struct Place {
  explicit Place(const std::string& listeners) {
    write_file(config, "listen: [" + listeners + "]\n");
    ::chmod(config.c_str(), 0600);
  }
  [[nodiscard]] Said ask(const std::string& command, std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {command, config});
    return run_gateway_command(std::move(more));
  }

  TempDir dir;
  std::string config = dir / "client.yaml";
};

std::string listener(const std::string& path, const std::string& more = kProbes) {
  return "{ unix: '" + path + "'" + more + " }";
}

// What a client says that can't do it.
std::string error_of(const Said& said) {
  BOOST_TEST(said.status == 1);
  BOOST_TEST(said.out == "");
  return said.err;
}

// The same of one that asks an impostor by HTTP.
std::string error_at(const TempDir& dir, const std::string& answer,
                     Impostor::Then then = Impostor::Then::closes, const std::string& timeout = "10s") {
  const std::string path = dir / "impostor.sock";
  const Impostor impostor(path, answer, then);
  const std::string said = error_of(Place(listener(path)).ask("ready", {"--timeout", timeout}));
  ::unlink(path.c_str());
  return session::test::replaced(said, path, "HERE");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(wire_clients_http)

BOOST_AUTO_TEST_CASE(an_http_listener_that_serves_it_is_asked_before_one_of_fastcgi) {
  const WireGateway gateway(setup());
  // Nobody is at the first, and the second does not serve it.
  const Place place("{ unix: '" + (gateway.dir() / "nobody.sock") + "' }, " +
                    listener(gateway.dir() / "auth.sock", ", protocol: http, serves: [auth]") + ", " +
                    listener(gateway.dir() / "http.sock"));
  const Said health = place.ask("health");
  BOOST_TEST(health.status == 0);
  BOOST_TEST(health.out == "{\"status\":\"ok\"}\n");
  BOOST_TEST(health.err == "");
  const Said ready = place.ask("ready");
  BOOST_TEST(ready.status == 0);
  BOOST_TEST(ready.out == "{\"status\":\"ready\"}\n");
  const Said metrics = place.ask("metrics");
  BOOST_TEST(metrics.status == 0);
  BOOST_TEST(metrics.out.find("\n# TYPE session_gateway_") != std::string::npos);
  BOOST_TEST(metrics.out.ends_with("\n"));
}

BOOST_AUTO_TEST_CASE(without_one_that_serves_it_the_first_of_fastcgi_is_asked) {
  const WireGateway gateway(setup());
  const Place place(listener(gateway.dir() / "nobody.sock", ", protocol: http, serves: [commit]") + ", " +
                    listener(gateway.dir() / "http.sock", ", protocol: http, serves: [health]") +
                    ", { unix: '" + gateway.socket_file() + "' }");
  BOOST_TEST(place.ask("ready").out == "{\"status\":\"ready\"}\n");
}

BOOST_AUTO_TEST_CASE(a_configuration_without_a_listener_for_it_is_told) {
  const Place place(listener("/run/nobody.sock", ", protocol: http, serves: [auth, health]"));
  BOOST_TEST(
      error_of(place.ask("ready")) ==
      place.config +
          ": no listener answers ready: add ready to listen[].serves of one, or name one with --socket\n");
}

BOOST_AUTO_TEST_CASE(an_address_is_asked_by_its_protocol_or_by_the_one_before_it) {
  const WireGateway gateway(setup());
  const std::string http = gateway.dir() / "http.sock";
  for (const std::string& address : {http, "unix:" + http, "http:" + http, "http:unix:" + http}) {
    const Said said = run_gateway_command({"health", gateway.config_file(), "--socket", address});
    BOOST_TEST(said.status == 0, address << ": " << said.err);
  }
  const Place nowhere("{ unix: /nowhere.sock }");
  BOOST_TEST(nowhere.ask("health", {"--socket", "http:" + http}).status == 0);
  BOOST_TEST(nowhere.ask("health", {"--socket", "fastcgi:" + gateway.socket_file()}).status == 0);
  const Said url = nowhere.ask("health", {"--socket", "http://127.0.0.1/health"});
  BOOST_TEST(url.status == 2);
  BOOST_TEST(url.err ==
             "--socket: expected an address and not a URL, such as http:127.0.0.1:9180, got "
             "http://127.0.0.1/health\n");
}

BOOST_AUTO_TEST_CASE(what_a_listener_does_not_serve_is_told_with_the_remedy) {
  const WireGateway gateway(setup());
  const std::string path = gateway.dir() / "auth.sock";
  BOOST_TEST(
      error_of(Place(listener(path)).ask("metrics")) ==
      "the gateway at unix:" + path +
          " does not serve metrics there: add metrics to listen[].serves of this listener, and restart "
          "it\n");
}

BOOST_AUTO_TEST_CASE(the_secret_of_the_listener_is_sent_and_a_wrong_one_is_told_and_not_shown) {
  const WireGateway gateway(setup(secret(kSecret)));
  const std::string path = gateway.dir() / "http.sock";
  BOOST_TEST(Place(listener(path, kProbes + secret(kSecret))).ask("ready").status == 0);
  const Place none(listener(path));
  BOOST_TEST(error_of(none.ask("ready")) == "the gateway at unix:" + path +
                                                " wants a secret (listen[].secret), and " + none.config +
                                                " has none for it\n");
  const Place wrong(listener(path, kProbes + secret(kOther)));
  BOOST_TEST(error_of(wrong.ask("metrics")) ==
             "the gateway at unix:" + path + " refuses the secret of " + wrong.config +
                 ": it runs with another one. Reload it, or name its configuration with --config\n");
}

BOOST_AUTO_TEST_CASE(a_store_that_is_down_is_healthy_and_not_ready) {
  const WireGateway gateway(
      setup("", "store: { type: redis, redis: { url: 'redis://127.0.0.1:" + std::to_string(free_port()) +
                    "', deadline: 50ms, connect_deadline: 50ms } }\n"));
  const std::string path = gateway.dir() / "http.sock";
  const Place place(listener(path));
  BOOST_TEST(place.ask("health").status == 0);
  const Said ready = place.ask("ready");
  BOOST_TEST(ready.status == 1);
  BOOST_TEST(ready.out.find("\"reason\":\"store-unavailable\"") != std::string::npos, ready.out);
  BOOST_TEST(ready.err == "the gateway at unix:" + path + " answers 503 store-unavailable\n");
}

BOOST_AUTO_TEST_CASE(a_gateway_that_does_not_run_is_told) {
  const Place place(listener("/nonexistent/http.sock"));
  BOOST_TEST(
      error_of(place.ask("health")) ==
      "can't connect to unix:/nonexistent/http.sock: there is no such socket: the gateway does not run, "
      "or listens elsewhere\n");
  const std::string port = std::to_string(free_port());
  BOOST_TEST(error_of(place.ask("health", {"--socket", "http:127.0.0.1:" + port})) ==
             "can't connect to tcp:127.0.0.1:" + port +
                 ": nobody listens there: the gateway does not run, or listens elsewhere\n");
}

BOOST_AUTO_TEST_CASE(a_listener_of_the_other_protocol_is_told_with_the_way_to_ask_it) {
  const WireGateway gateway(setup());
  BOOST_TEST(error_of(Place(listener(gateway.socket_file())).ask("health")) ==
             "the gateway at unix:" + gateway.socket_file() +
                 " has closed the connection without an answer: perhaps it runs there with protocol: fastcgi "
                 "(--socket fastcgi:ADDRESS)\n");
  const std::string http = gateway.dir() / "http.sock";
  BOOST_TEST(error_of(Place("{ unix: '" + http + "' }").ask("health")) ==
             "what listens at unix:" + http +
                 " does not speak FastCGI: it is no gateway, or it runs there with protocol: http (--socket "
                 "http:ADDRESS)\n");
}

BOOST_AUTO_TEST_CASE(what_is_no_gateway_is_told_apart) {
  const TempDir dir;
  BOOST_TEST(
      error_at(dir, "-ERR what?\r\n") ==
      "what listens at unix:HERE does not speak HTTP: it is no gateway, or it runs there with protocol: "
      "fastcgi (--socket fastcgi:ADDRESS)\n");
  BOOST_TEST(error_at(dir, "HTTP/1.1 101 Switching Protocols\r\n\r\n") ==
             "what listens at unix:HERE answered without a status\n");
  BOOST_TEST(error_at(dir, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n") ==
             "the gateway at unix:HERE answers 404\n");
}

BOOST_AUTO_TEST_CASE(an_answer_that_is_cut_or_too_large_is_none) {
  const TempDir dir;
  const std::string closed = "the gateway at unix:HERE has closed the connection without an answer\n";
  BOOST_TEST(error_at(dir, "HTTP/1.1 200 OK\r\nContent-Len") == closed);
  BOOST_TEST(error_at(dir, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf") == closed);
  BOOST_TEST(error_at(dir, "HTTP/1.1 200 OK\r\n\r\nof no length") == closed);
  BOOST_TEST(error_at(dir, "HTTP/1.1 200 OK\r\nContent-Length: 67108865\r\n\r\n") ==
             "the answer of unix:HERE is larger than 64MiB\n");
}

BOOST_AUTO_TEST_CASE(who_does_not_finish_the_answer_is_given_up_at_the_deadline) {
  const TempDir dir;
  const std::string late = "the gateway at unix:HERE has not answered within 50ms\n";
  BOOST_TEST(error_at(dir, "", Impostor::Then::closes, "50ms") == late);
  BOOST_TEST(error_at(dir, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", Impostor::Then::waits,
                      "50ms") == late);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway::test
