// One user's record in Redis costs nobody else an answer, however large it is.

#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/daemon/wire_redis.h"

namespace session::gateway::test {
namespace {

using session::test::RedisServer;

// Of the id that is 32 times an a, signed with "keyboard cat".
constexpr const char* kExpressCookie =
    "connect.sid=s%3Aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.2pWpIeKBIWj5sr1%2Bxfd1HSAbdfCDtQ%2B%2Bo5cmDettqN4";
constexpr const char* kExpressKey = "sess:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

std::string check_of(const std::string& cookie) {
  return request(1, asking("auth", "GET", {{"HTTP_COOKIE", cookie}}), "");
}

std::string only_key(RedisServer& redis) { return redis.string_keys("session:*").at(0); }

// The answers to checks of many users at once, and of one whose record is large.
class Crowd {
 public:
  explicit Crowd(const WireGateway& gateway, std::string cookie, std::size_t others, std::size_t large)
      : cookie_("session=" + std::move(cookie)) {
    while (others_.size() < others) others_.push_back(gateway.unix_peer());
    while (large_.size() < large) large_.push_back(gateway.unix_peer());
  }

  void check(const std::string& large_cookie) {
    for (Peer& peer : large_) peer.send(check_of(large_cookie));
    for (Peer& peer : others_) peer.send(check_of(cookie_));
    for (Peer& peer : large_) {
      const Answer answer = peer.read_answer();
      if (answer.status != 401 || answer.header("X-Session-Reason") != "malformed") ++wrong_about_large;
    }
    for (Peer& peer : others_) {
      ++checks;
      if (peer.read_answer().status != 204) ++failed;
    }
  }

  std::size_t checks = 0;
  std::size_t failed = 0;
  std::size_t wrong_about_large = 0;

 private:
  std::string cookie_;
  std::vector<Peer> others_;
  std::vector<Peer> large_;
};

void expect_nobody_noticed(const Crowd& crowd, std::size_t checks, const WireGateway& gateway) {
  BOOST_TEST(crowd.checks == checks);
  BOOST_TEST(crowd.failed == 0U);
  BOOST_TEST(crowd.wrong_about_large == 0U);
  const std::string log = gateway.log();
  BOOST_TEST(log.find("connection lost") == std::string::npos);
  BOOST_TEST(log.find("unreachable") == std::string::npos);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(wire_redis_limits)

BOOST_AUTO_TEST_CASE(a_record_of_17_mb_costs_none_of_10000_checks_of_others) {
  RedisServer redis;
  const WireGateway gateway(on(redis, "deadline: 2s"));
  const std::string large = gateway.log_in(R"({"user":"alice"})");
  redis.tell({"SETRANGE", only_key(redis), "17000000", "x"});
  Crowd crowd(gateway, gateway.log_in(R"({"user":"bob"})"), 20, 1);
  for (int round = 0; round < 500; ++round) crowd.check("session=" + large);
  expect_nobody_noticed(crowd, 10'000, gateway);
  gateway.wait_for_log("redis: a record has more than 131072 bytes, and is not read: malformed");
  gateway.wait_for_log("or is too large; left unchanged: ");
}

BOOST_AUTO_TEST_CASE(an_express_session_of_1500_kb_20_at_a_time_stays_and_costs_nobody_else_anything) {
  RedisServer redis;
  WireGateway::Setup setup = on(redis, "deadline: 2s");
  setup.yaml += "accept: [express]\nexpress: { secrets: [{ value: 'keyboard cat' }] }\n";
  const WireGateway gateway(setup);
  const std::string record = R"({"cookie":{},"user":"alice","p":")" + std::string(1'500'000, 'p') + R"("})";
  redis.tell({"SET", kExpressKey, record, "PX", "3600000"});
  Crowd crowd(gateway, gateway.log_in(R"({"user":"bob"})"), 10, 20);
  for (int round = 0; round < 50; ++round) crowd.check(kExpressCookie);
  expect_nobody_noticed(crowd, 500, gateway);
  BOOST_TEST((redis.tell({"GET", kExpressKey}).text == record));
  BOOST_TEST(redis.string_keys().size() == 2U);  // nothing was made of it
}

BOOST_AUTO_TEST_CASE(a_larger_limit_counts_from_the_reload_on) {
  RedisServer redis;
  WireGateway::Setup setup = on(redis);
  setup.yaml += "session: { max_bytes: 64KiB }\n";
  const WireGateway gateway(setup);
  const std::string cookie = "session=" + gateway.log_in(R"({"user":"alice"})");
  const std::string key = only_key(redis);
  std::string record = redis.tell({"GET", key}).text;
  record.replace(record.find(R"("alice")"), 7, R"("alice","p":")" + std::string(200'000, 'p') + '"');
  redis.tell({"SET", key, record});
  Peer peer = gateway.unix_peer();
  BOOST_TEST(peer.ask(check_of(cookie)).status == 401);
  gateway.reconfigure("max_bytes: 64KiB", "max_bytes: 128KiB");
  BOOST_TEST_MESSAGE(gateway.reload());
  BOOST_TEST(gateway.unix_peer().ask(check_of(cookie)).status == 204);
}

BOOST_AUTO_TEST_CASE(a_smaller_limit_is_told_and_counts_from_the_reload_on_and_not_if_that_fails) {
  RedisServer redis;
  WireGateway::Setup setup = on(redis);
  setup.yaml += "session: { max_bytes: 256KiB }\n";
  const WireGateway gateway(setup);
  const std::string cookie = "session=" + gateway.log_in(R"({"user":"alice"})");
  const std::string key = only_key(redis);
  std::string record = redis.tell({"GET", key}).text;
  record.replace(record.find(R"("alice")"), 7, R"("alice","p":")" + std::string(200'000, 'p') + '"');
  redis.tell({"SET", key, record, "PX", "60000"});
  const auto check = [&] { return gateway.unix_peer().ask(check_of(cookie)).status; };
  const std::string valid = read_file(gateway.config_file());
  gateway.reconfigure("workers: 2", "workers: 3");
  gateway.reconfigure("max_bytes: 256KiB", "max_bytes: 64KiB");
  BOOST_TEST(gateway.reload().find("reload failed") != std::string::npos);
  BOOST_TEST(check() == 204);
  write_file(gateway.config_file(), valid);
  gateway.reconfigure("max_bytes: 256KiB", "max_bytes: 64KiB");
  const std::string told = gateway.reload();
  BOOST_TEST(told.find("reload: session.max_bytes is smaller: records above it can't grow, and those above "
                       "131072 bytes are `malformed`") != std::string::npos);
  BOOST_TEST(check() == 401);
  gateway.reconfigure("max_bytes: 64KiB", "max_bytes: 256KiB");
  BOOST_TEST_MESSAGE(gateway.reload());
  BOOST_TEST(check() == 204);  // nobody erased it
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway::test
