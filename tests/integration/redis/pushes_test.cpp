// Pushes on a connection that also has commands under way: what a connection that subscribes gets.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/this_coro.hpp>
#include <boost/test/unit_test.hpp>

#include "core/base/await.h"
#include "core/base/run.h"
#include "core/store/redis/connection/connection.h"
#include "tests/support/redis/redis_scripts.h"
#include "tests/support/run_all.h"

namespace session::test {
namespace {

using namespace std::chrono_literals;

bool is_message(const Reply& arrived) {
  return arrived.is(Reply::Kind::array) && arrived.elements.size() == 3 &&
         arrived.elements.front().bytes.view() == "message";
}

std::string message(const std::string& payload) {
  return resp_array({resp_bulk("message"), resp_bulk("channel"), resp_bulk(payload)});
}

// Answers to a load, with a push before the first of them, one between both and one behind.
ScriptedReply surrounded(ScriptedRedis& redis, const RedisCommand& command) {
  ScriptedReply reply = redis.usual(command);
  if (is(command, "GETRANGE")) reply.bytes = message("before") + *reply.bytes + message("between");
  if (is(command, "PTTL")) *reply.bytes += message("behind");
  return reply;
}

struct Listener {
  explicit Listener(const Executor& executor, const RedisAddress& address, PushClassifier is_push) {
    RedisConnectionOptions options;
    options.connect_deadline = 20s;
    options.max_bytes = 1U << 16U;
    options.is_push = is_push;
    options.on_push = [this](const Reply& push) { pushed.emplace_back(push.elements.back().bytes.view()); };
    const auto locate = [address](Clock::Steady) -> Task<Result<RedisAddress, ConnectError>> {
      co_return address;
    };
    connection =
        std::make_shared<session::RedisConnection>(executor, std::move(options), locate, system_clock());
  }
  ~Listener() { connection->stop(); }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  Task<CommandResult> load(std::string key) {
    Command command = commands::load(key, 1000);
    const Clock::Steady deadline = system_clock().steady_now() + 20s;
    co_return co_await connection->ask(std::move(command), deadline);
  }

  std::vector<std::string> pushed;
  std::shared_ptr<session::RedisConnection> connection;
};

void check_absent(const CommandResult& result) {
  BOOST_TEST(!result.failure.has_value());
  BOOST_TEST_REQUIRE(result.replies.size() == 2U);
  BOOST_TEST(result.replies[0].bytes.view() == "");
  BOOST_TEST(result.replies[1].integer == -2);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(redis_pushes)

BOOST_AUTO_TEST_CASE(pushes_around_replies_go_to_the_handler_and_the_command_gets_its_replies) {
  ScriptedRedis redis;
  redis.answers([&](unsigned, const RedisCommand& command) { return surrounded(redis, command); });
  run([](ScriptedRedis& server) -> Task<> {
    Listener listener(co_await boost::asio::this_coro::executor, server.address(), is_message);
    for (int i = 0; i < 3; ++i) {
      const CommandResult result = co_await listener.load("key");
      check_absent(result);
    }
    const auto all = [&listener] { return listener.pushed.size() == 9U; };
    co_await until(all);
    BOOST_TEST(listener.pushed[0] == "before");
    BOOST_TEST(listener.pushed[1] == "between");
    BOOST_TEST(listener.pushed[2] == "behind");
    BOOST_TEST(server.connections() == 1U);
  }(redis));
}

BOOST_AUTO_TEST_CASE(a_push_arrives_while_no_command_is_under_way_also_in_pieces) {
  ScriptedRedis redis;
  run([](ScriptedRedis& server) -> Task<> {
    Listener listener(co_await boost::asio::this_coro::executor, server.address(), is_message);
    const CommandResult first = co_await listener.load("key");
    check_absent(first);
    const std::string whole = message("idle");
    BOOST_TEST(server.send(1, whole.substr(0, 9)));
    BOOST_TEST(server.send(1, whole.substr(9)));
    const auto came = [&listener] { return !listener.pushed.empty(); };
    co_await until(came);
    BOOST_TEST(listener.pushed.front() == "idle");
    const CommandResult second = co_await listener.load("key");
    check_absent(second);
    BOOST_TEST(server.connections() == 1U);
  }(redis));
}

BOOST_AUTO_TEST_CASE(without_a_classifier_a_push_ends_the_connection_and_is_nobodys_reply) {
  ScriptedRedis redis;
  run([](ScriptedRedis& server) -> Task<> {
    Listener listener(co_await boost::asio::this_coro::executor, server.address(), nullptr);
    const CommandResult first = co_await listener.load("key");
    check_absent(first);
    BOOST_TEST(server.send(1, message("surplus")));
    const auto made_again = [&server] { return server.connections() == 2U; };
    co_await until(made_again);
    const CommandResult second = co_await listener.load("key");
    check_absent(second);
    BOOST_TEST(listener.pushed.empty());
  }(redis));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
