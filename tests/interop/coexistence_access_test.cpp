// What the gateway's user of Redis needs where the keys are Node's, as docs/migration.md says.

#include <algorithm>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/interop/coexistence.h"
#include "tests/support/e2e/documented_access.h"

namespace session::gateway::test {
namespace {

const Json kAlice = {{"user", "alice"}};
constexpr const char* kExpress = "express: { secrets: [{ value: 'keyboard cat' }] }\n";
constexpr const char* kUser = "deadline: 2s, user: gateway, password: { value: 'a password' }";

// The documented commands, with these keys in place of those of native sessions.
void allow(RedisServer& redis, const std::vector<std::string>& keys) {
  std::vector<std::string> rules = session::test::documented_rules("a password");
  const auto native = std::find(rules.begin(), rules.end(), "~session:*");
  BOOST_REQUIRE(native != rules.end());
  rules.erase(native);
  std::vector<std::string> command = {"ACL", "SETUSER", "gateway"};
  command.insert(command.end(), rules.begin(), rules.end());
  command.insert(command.end(), keys.begin(), keys.end());
  redis.tell(command);
}

void lives(Beside& gateway, const std::string& cookie) {
  BOOST_TEST(gateway.verdict(cookie) == "204");
  BOOST_TEST(gateway.set(cookie, {{"n", 1}}).status == 200);
  const std::string fresh = brought_back(gateway.act(cookie, {{"regenerate", true}}));
  BOOST_TEST(gateway.verdict(fresh) == "204");
  BOOST_TEST(gateway.end(fresh).status == 204);
  BOOST_TEST(gateway.ready());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(beside_access)

BOOST_AUTO_TEST_CASE(express_needs_the_keys_of_its_prefix) {
  RedisServer redis;
  NodeApp node("express", redis, {{"session", {{"name", "session"}}}});
  allow(redis, {"~sess:*"});
  Beside gateway(redis, std::string("dialect: express\n") + kExpress, kWireCookie, kUser);
  lives(gateway, brought_back(node.post("/set", kAlice)));
  lives(gateway, brought_back(gateway.set("", kAlice)));
}

BOOST_AUTO_TEST_CASE(session_store_needs_all_keys) {
  RedisServer redis;
  NodeApp node("session-store", redis, {{"session", {{"cookieKey", "session"}}}});
  allow(redis, {"~*"});
  Beside gateway(redis, "dialect: session-store\n", kWireCookie, kUser);
  lives(gateway, brought_back(gateway.set("", kAlice)));
}

BOOST_AUTO_TEST_CASE(moving_needs_the_keys_of_both) {
  RedisServer redis;
  NodeApp node("express", redis);
  allow(redis, {"~session:*", "~sess:*"});
  Beside gateway(redis, std::string("accept: [express]\n") + kExpress, kWireCookie, kUser);
  const std::string old = brought_back(node.post("/set", kAlice), "connect.sid");
  lives(gateway, brought_back(gateway.auth(old)));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway::test
