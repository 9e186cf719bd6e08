// What a gateway says of its Redis at the start, before anybody has asked anything.

#include <signal.h>

#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/daemon/wire_redis.h"

namespace session::gateway::test {
namespace {

using session::test::RedisServer;

bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

WireGateway::Setup on_port(int port, const std::string& more = "deadline: 1s") {
  WireGateway::Setup setup;
  setup.yaml = "workers: 2\nstore: { type: redis, redis: { url: 'redis://127.0.0.1:" + std::to_string(port) +
               "', " + more + " } }\n";
  return setup;
}

// Redis as the packages ship it, with a user who may do less than the gateway needs.
RedisServer::Setup with_users() {
  RedisServer::Setup setup;
  setup.options = {"user reader on >reading ~* +get +getrange +pttl +ping +client +select"};
  return setup;
}

// No request about sessions: the metrics ask nothing of the store.
std::string store_up(const WireGateway& gateway) {
  const std::string metrics = gateway.unix_peer().ask(request(1, asking("metrics"))).body;
  const std::string name = "\nsession_gateway_store_up ";
  const auto at = metrics.find(name);
  return at == metrics.npos ? "(absent)" : metrics.substr(at + name.size(), 1);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(wire_store_start)

BOOST_AUTO_TEST_CASE(a_redis_that_answers_is_said_at_the_start) {
  RedisServer redis;
  const WireGateway gateway(on_port(redis.port()));
  gateway.wait_for_log("redis 127.0.0.1:" + std::to_string(redis.port()) + ": connected");
  gateway.wait_for_log("the store serves sessions (redis 127.0.0.1:" + std::to_string(redis.port()) +
                       ": up)");
  BOOST_TEST(store_up(gateway) == "1");
  BOOST_TEST(redis.open_clients("session-gateway") == 1U);
  BOOST_TEST(redis.tell({"DBSIZE"}).integer == 0);  // the trial has left nothing
}

BOOST_AUTO_TEST_CASE(a_redis_that_is_down_is_said_before_any_request_and_store_up_is_0_until_it_comes) {
  RedisServer redis;
  redis.kill();
  const WireGateway gateway(on_port(redis.port()));
  const std::string server = "redis 127.0.0.1:" + std::to_string(redis.port());
  gateway.wait_for_log(
      server + ": unreachable (Connection refused); requests with a session get 503 until it is back");
  wait_until("the metric", [&] { return store_up(gateway) == "0"; });
  gateway.check_health();
  BOOST_TEST(!says(gateway.log(), "the store can be reached"));

  redis.start();
  gateway.wait_for_log(server + ": connected");
  wait_until("the metric", [&] { return store_up(gateway) == "1"; });
  wait_until("a login", [&] {
    return gateway.unix_peer()
               .ask(request(1, asking("session", "POST", {{"GATEWAY_ALLOW", "set"}}),
                            R"({"set":{"user":"a"}})"))
               .status == 200;
  });
}

BOOST_AUTO_TEST_CASE(a_redis_that_hangs_delays_no_start_and_no_stop) {
  RedisServer redis;
  redis.pause();
  WireGateway gateway(on_port(redis.port(), "connect_deadline: 300ms"));
  gateway.wait_for_log(": unreachable (no ");
  BOOST_TEST(gateway.log().find("serving with 2 workers") < gateway.log().find(": unreachable"));
  wait_until("the metric", [&] { return store_up(gateway) == "0"; });
  gateway.signal(SIGTERM);
  BOOST_TEST(gateway.wait() == 0);
  redis.resume();
}

BOOST_AUTO_TEST_CASE(a_wrong_password_is_said_at_the_start) {
  RedisServer::Setup setup;
  setup.password = "the right one";
  RedisServer redis(setup);
  const WireGateway gateway(on_port(redis.port(), "password: { value: 'a wrong one' }"));
  gateway.wait_for_log(": unreachable (");
  BOOST_TEST(says(gateway.log(), "user or password are wrong"));
  wait_until("the metric", [&] { return store_up(gateway) == "0"; });
}

BOOST_AUTO_TEST_CASE(a_redis_that_takes_no_writes_is_said_at_the_start_with_its_reason) {
  RedisServer redis(with_users());
  const WireGateway gateway(on_port(redis.port(), "user: reader, password: { value: reading }"));
  gateway.wait_for_log("the store can be reached, but does not serve sessions: ");
  BOOST_TEST(says(gateway.log(), "its access control denies the gateway's user this command or these keys"));
  BOOST_TEST(says(gateway.log(), "; requests with a session get 503 until it does"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway::test
