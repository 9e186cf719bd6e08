#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/daemon/wire_redis.h"

// Strangers begin sessions without a login, as many and as large as they may: nobody who is logged in is
// logged out by that.

namespace session::gateway::test {
namespace {

constexpr int kUsers = 200;

// A flood of visitors, whom the location lets set `theme`.
class Strangers {
 public:
  explicit Strangers(const WireGateway& gateway) : peer_(gateway.unix_peer()) {}

  // The status of one that begins a session, by default of almost the largest size.
  int begin(std::size_t bytes = 16000) {
    return peer_
        .ask(request(1, asking("session", "POST", {{"GATEWAY_ALLOW", "set:theme"}}),
                     R"({"set":{"theme":")" + std::string(bytes, 't') + "\"}}"))
        .status;
  }

 private:
  Peer peer_;
};

std::vector<std::string> logged_in(const WireGateway& gateway) {
  std::vector<std::string> cookies;
  for (int i = 0; i < kUsers; ++i)
    cookies.push_back(gateway.log_in(R"({"user":"user)" + std::to_string(i) + R"("})"));
  return cookies;
}

// The status of a check.
int check(const WireGateway& gateway, const std::string& cookie) {
  Peer peer = gateway.unix_peer();
  return peer.ask(request(1, asking("auth", "GET", {{"HTTP_COOKIE", "session=" + cookie}}))).status;
}

// The key of the record with that text.
std::string key_with(session::test::RedisServer& redis, const std::string& text) {
  for (const std::string& key : redis.string_keys()) {
    if (redis.tell({"GET", key}).text.find(text) != std::string::npos) return key;
  }
  return "none";
}

int still_in(const WireGateway& gateway, const std::vector<std::string>& cookies) {
  Peer peer = gateway.unix_peer();
  int count = 0;
  for (const std::string& cookie : cookies) {
    const Answer answer = peer.ask(request(1, asking("auth", "GET", {{"HTTP_COOKIE", "session=" + cookie}})));
    count += answer.status == 204 ? 1 : 0;
  }
  return count;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(wire_strangers)

BOOST_AUTO_TEST_CASE(a_flood_of_anonymous_sessions_evicts_no_login_from_memory) {
  const WireGateway gateway({"workers: 2\nstore: { memory: { max_bytes: 2MiB } }\n"});
  const std::vector<std::string> cookies = logged_in(gateway);
  Strangers strangers(gateway);
  for (int i = 0; i < 2000; ++i) BOOST_TEST_REQUIRE(strangers.begin() == 200);
  BOOST_TEST(still_in(gateway, cookies) == kUsers);
}

BOOST_AUTO_TEST_CASE(in_redis_they_have_a_share_and_beyond_it_begin_nothing) {
  session::test::RedisServer redis;
  BOOST_TEST_REQUIRE(!redis.ask({"CONFIG", "SET", "maxmemory-policy", "allkeys-lru"}).is_error());
  BOOST_TEST_REQUIRE(!redis.ask({"CONFIG", "SET", "maxmemory", "8mb"}).is_error());
  const WireGateway gateway(on(redis, "deadline: 2s, anonymous_bytes: 1MiB"));
  const std::vector<std::string> cookies = logged_in(gateway);
  Strangers strangers(gateway);
  int begun = 0;
  int refused = 0;
  for (int i = 0; i < 2000; ++i) {
    const int status = strangers.begin();
    begun += status == 200 ? 1 : 0;
    refused += status == 503 ? 1 : 0;
  }
  BOOST_TEST(begun + refused == 2000);
  BOOST_TEST(begun > 50);
  BOOST_TEST(begun < 66);
  BOOST_TEST(still_in(gateway, cookies) == kUsers);
  BOOST_TEST(gateway.log_in(R"({"user":"one more"})") != "");
}

BOOST_AUTO_TEST_CASE(visitors_beyond_the_share_keep_their_end_and_a_login_is_extended) {
  session::test::RedisServer redis;
  const WireGateway::Setup setup = on(redis, "deadline: 2s, anonymous_bytes: 1MiB");
  const WireGateway former(setup);
  const std::string visitor = former.log_in(R"({"theme":"dark"})");
  const std::string login = former.log_in(R"({"user":"alice"})");
  for (const char* of : {"dark", "alice"}) redis.tell({"PEXPIRE", key_with(redis, of), "100000"});
  const WireGateway restarted(setup);  // It knows none of these.
  for (const std::size_t bytes : {16000, 1000, 4}) {
    while (Strangers(restarted).begin(bytes) == 200) {
    }
  }
  BOOST_TEST(check(restarted, visitor) == 204);
  BOOST_TEST(check(restarted, login) == 204);
  BOOST_TEST(redis.tell({"PTTL", key_with(redis, "dark")}).integer <= 100'000);
  BOOST_TEST(redis.tell({"PTTL", key_with(redis, "alice")}).integer > 1'000'000);
  BOOST_TEST(check(former, visitor) == 204);
  BOOST_TEST(redis.tell({"PTTL", key_with(redis, "dark")}).integer > 1'000'000);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway::test
