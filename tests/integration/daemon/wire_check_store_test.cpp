// `session-gateway check --store`, which tries a store before there is a gateway.

#include <chrono>
#include <string>

#include <boost/test/unit_test.hpp>

#include "tests/support/daemon/wire_redis.h"
#include "tests/support/places.h"

namespace session::gateway::test {
namespace {

using session::test::Process;
using session::test::RedisServer;

bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// Redis as the packages ship it, with a user who may do less than the gateway needs.
RedisServer::Setup with_users() {
  RedisServer::Setup setup;
  setup.options = {"user reader on >reading ~* +get +getrange +pttl +ping +client +select"};
  return setup;
}

struct Said {
  int status = -1;
  std::string text;
};

// `session-gateway check --store` for this store.
Said check_store(const std::string& redis) {
  const TempDir dir;
  write_file(dir / "gateway.yaml", configuration("- unix: '" + (dir / "gateway.sock") + "'\n",
                                                 "store: { type: redis, redis: { " + redis + " } }\n"));
  Process check({session::test::gateway_binary(), "check", "--store", dir / "gateway.yaml"}, dir / "log");
  Said said;
  said.status = check.wait();
  said.text = read_file(dir / "log");
  return said;
}

std::string url(int port) { return "url: 'redis://127.0.0.1:" + std::to_string(port) + "'"; }

}  // namespace

BOOST_AUTO_TEST_SUITE(wire_check_store)

BOOST_AUTO_TEST_CASE(it_writes_reads_and_deletes_a_key) {
  RedisServer redis;
  const Said said = check_store(url(redis.port()));
  BOOST_TEST(said.status == 0, said.text);
  BOOST_TEST(says(said.text, "store: ok (redis 127.0.0.1:" + std::to_string(redis.port()) + ": up)\n"));
  BOOST_TEST(says(said.text, "gateway.yaml: fine\n"));
  BOOST_TEST(says(redis.info("cmdstat_set"), "calls=1"));
  BOOST_TEST(redis.tell({"DBSIZE"}).integer == 0);
}

BOOST_AUTO_TEST_CASE(it_names_what_keeps_sessions_out) {
  RedisServer redis(with_users());
  const Said denied = check_store(url(redis.port()) + ", user: reader, password: { value: reading }");
  BOOST_TEST(denied.status == 1);
  BOOST_TEST(says(denied.text, "store: "));
  BOOST_TEST(says(denied.text, "its access control denies the gateway's user this command or these keys"),
             denied.text);
  BOOST_TEST(!says(denied.text, "fine"));
  const Said unknown = check_store(url(redis.port()) + ", user: nobody, password: { value: none }");
  BOOST_TEST(unknown.status == 1);
  BOOST_TEST(says(unknown.text, "user or password are wrong"), unknown.text);
  redis.kill();
  const Said down = check_store(url(redis.port()));
  BOOST_TEST(down.status == 1);
  BOOST_TEST(says(down.text, "store: 127.0.0.1:" + std::to_string(redis.port()) + ": Connection refused\n"),
             down.text);
}

BOOST_AUTO_TEST_CASE(it_takes_no_longer_than_its_deadlines_allow) {
  RedisServer redis;
  redis.pause();
  const auto begun = std::chrono::steady_clock::now();
  const Said said = check_store(url(redis.port()) + ", deadline: 200ms, connect_deadline: 100ms");
  BOOST_TEST(said.status == 1);
  BOOST_TEST(says(said.text, "within 100 ms"), said.text);
  BOOST_TEST((std::chrono::steady_clock::now() - begun < std::chrono::seconds(10)));
  redis.resume();
}

BOOST_AUTO_TEST_CASE(it_needs_no_server_for_the_memory_store) {
  const TempDir dir;
  write_file(dir / "gateway.yaml", configuration("- unix: '" + (dir / "gateway.sock") + "'\n", ""));
  Process check({session::test::gateway_binary(), "check", "--store", dir / "gateway.yaml"}, dir / "log");
  BOOST_TEST(check.wait() == 0);
  BOOST_TEST(says(read_file(dir / "log"), "store: ok (memory: 0 sessions, 0 MiB)\n"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway::test
