// A reply that comes too late costs its own command only, and is nobody else's, in every topology.

#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "core/store/redis/topology/slots.h"
#include "tests/support/fake_clock.h"
#include "tests/support/redis/redis_scripts.h"
#include "tests/support/run_all.h"
#include "tests/support/store_calls.h"

namespace session::test {
namespace {

using namespace std::chrono_literals;

constexpr milliseconds kDeadline = 300ms;
constexpr RedisTopology kTopologies[] = {RedisTopology::single, RedisTopology::sentinel,
                                         RedisTopology::cluster};

// A server, and a sentinel that names it. What the server has to say on its first connection about keys that
// end in "slow" is held back: until the test releases it, or the server says something else there.
class SlowServer {
 public:
  SlowServer() {
    server_.answers([this](unsigned connection, const RedisCommand& command) {
      return connection == 1 ? in_order(command) : ScriptedReply{reply_to(command)};
    });
    sentinel_.answers([this](unsigned, const RedisCommand& command) {
      if (!is(command, "SENTINEL")) return sentinel_.usual(command);
      const RedisAddress& master = server_.address();
      return bytes(resp_array({resp_bulk(master.host), resp_bulk(std::to_string(master.port))}));
    });
  }

  [[nodiscard]] RedisStoreOptions options(RedisTopology topology) const {
    RedisStoreOptions options = options_for(server_.address(), kDeadline);
    options.topology = topology;
    options.connect_deadline = kNever;
    if (topology != RedisTopology::sentinel) return options;
    options.addresses = {sentinel_.address()};
    options.master_name = "the-master";
    return options;
  }

  [[nodiscard]] const ScriptedRedis& server() const { return server_; }
  // The number of replies about that key that are held back.
  [[nodiscard]] std::size_t held(const std::string& key) {
    const std::lock_guard lock(mutex_);
    return held_["session:" + key].size();
  }
  void release(const std::string& key) {
    std::string text;
    {
      const std::lock_guard lock(mutex_);
      for (const std::string& reply : std::exchange(held_["session:" + key], {})) text += reply;
    }
    server_.send(1, text);
  }

 private:
  ScriptedReply in_order(const RedisCommand& command) {
    const std::string reply = reply_to(command);
    const std::lock_guard lock(mutex_);
    if (is_slow(command)) {
      held_[command[1]].push_back(reply);
      return {};
    }
    std::string text;
    for (auto& [key, replies] : std::exchange(held_, {})) {
      for (const std::string& held : replies) text += held;
    }
    return {text + reply};
  }

  static bool is_slow(const RedisCommand& command) {
    return command.size() > 1 && command[1].ends_with("slow");
  }

  std::string reply_to(const RedisCommand& command) {
    if (is(command, "GETRANGE") && is_slow(command)) return resp_bulk("value of " + command[1]);
    if (is(command, "PTTL") && is_slow(command)) return resp_integer(60'000);
    if (!is(command, "CLUSTER")) return *server_.usual(command).bytes;
    const RedisAddress& at = server_.address();
    const std::string node = resp_array({resp_bulk(at.host), resp_integer(at.port), resp_bulk("id")});
    return resp_array({resp_array({resp_integer(0), resp_integer(kSlots - 1), node})});
  }

  std::mutex mutex_;
  std::map<std::string, std::vector<std::string>> held_;
  ScriptedRedis server_{{}, Wire::tcp};
  ScriptedRedis sentinel_;
};

Task<> create_keys(RedisStore& store) {
  for (int i = 0; i < 5; ++i) {
    const Bytes value("value " + std::to_string(i));
    const auto created = co_await store.create("key" + std::to_string(i), value, 1min);
    BOOST_TEST((answered(created) == CreateOutcome::created));
  }
}

Task<> expect_value(RedisStore& store, std::string key, std::string value) {
  const auto loaded = co_await store.load(key);
  const auto entry = answered(loaded);
  BOOST_TEST_REQUIRE(entry.has_value());
  BOOST_TEST(entry->bytes.view() == value);
}

Task<> expect_keys(RedisStore& store) {
  for (int i = 0; i < 5; ++i) {
    const std::string number = std::to_string(i);
    co_await expect_value(store, "key" + number, "value " + number);
  }
}

// Runs `late`, a command about the key "late-slow", 100 ms after a read of another slow key, and lets it be
// late: 200 ms after the first one was answered. So the server has not been silent for as long as the
// deadline.
Task<> let_be_late(RedisStore& store, SlowServer& slow, FakeClock& clock, Task<> late) {
  const Clock::Steady start = clock.steady_now();
  bool first_done = false;
  std::vector<Task<>> tasks;
  tasks.push_back([](RedisStore& at, bool& done) -> Task<> {
    co_await expect_value(at, "first-slow", "value of session:first-slow");
    done = true;
  }(store, first_done));
  tasks.push_back([](const FakeClock& time, Clock::Steady at, Task<> command) -> Task<> {
    const auto reached = [&time, at] { return time.steady_now() >= at; };
    co_await until(reached);
    co_await std::move(command);
  }(clock, start + 100ms, std::move(late)));
  tasks.push_back([](SlowServer& server, FakeClock& time, const bool& done) -> Task<> {
    const auto first_sent = [&server] { return server.held("first-slow") == 2; };
    const auto late_sent = [&server] { return server.held("late-slow") > 0; };
    const auto first_answered = [&done] { return done; };
    co_await until(first_sent);
    time.advance(100ms);
    co_await until(late_sent);
    time.advance(100ms);
    server.release("first-slow");
    co_await until(first_answered);
    time.advance(200ms);
  }(slow, clock, first_done));
  co_await together(std::move(tasks));
}

Task<> load_late(RedisStore& store) {
  const auto loaded = co_await store.load("late-slow");
  BOOST_TEST(failure_of(loaded).detail.ends_with("no answer in time"));
}

Task<> create_late(RedisStore& store) {
  const Bytes value("value");
  const auto created = co_await store.create("late-slow", value, 1min);
  BOOST_TEST((failure_of(created).kind == StoreFailure::Kind::unavailable));
}

Task<> be_late_and_go_on(RedisStore& store, SlowServer& slow, FakeClock& clock, Task<> late) {
  co_await create_keys(store);
  co_await let_be_late(store, slow, clock, std::move(late));
  co_await expect_keys(store);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(redis_late)

BOOST_AUTO_TEST_CASE(a_late_reply_fails_alone_and_each_command_behind_it_gets_its_own) {
  for (const RedisTopology topology : kTopologies) {
    SlowServer slow;
    FakeClock clock;
    RedisStore store(slow.options(topology), clock);
    run(be_late_and_go_on(store, slow, clock, load_late(store)));
    BOOST_TEST(slow.server().connections() == 1u);
    BOOST_TEST(slow.held("late-slow") == 0u);  // the late replies came before those of the next commands
  }
}

BOOST_AUTO_TEST_CASE(a_late_write_is_not_sent_again) {
  for (const RedisTopology topology : kTopologies) {
    SlowServer slow;
    FakeClock clock;
    RedisStore store(slow.options(topology), clock);
    run(be_late_and_go_on(store, slow, clock, create_late(store)));
    BOOST_TEST(slow.server().connections() == 1u);
    BOOST_TEST(count_of(slow.server(), "SET") == 6u);
  }
}

// The server's next attempt is not preceded by a pause: no time passes but that of the attempts.
BOOST_AUTO_TEST_CASE(a_server_that_hangs_always_finds_an_attempt_to_connect_waiting) {
  ScriptedRedis redis([](unsigned, const RedisCommand&) { return ScriptedReply{}; });
  FakeClock clock;
  RedisStoreOptions options = options_for(redis.address(), kDeadline);
  RedisStore store(options, clock);
  run([](RedisStore& at, ScriptedRedis& server, FakeClock& time) -> Task<> {
    std::vector<Task<>> tasks;
    tasks.push_back([](RedisStore& of) -> Task<> {
      const auto loaded = co_await of.load("key");
      BOOST_TEST(loaded.has_error());
    }(at));
    tasks.push_back([](ScriptedRedis& hanging, FakeClock& passing) -> Task<> {
      for (std::size_t attempts = 1; attempts <= 8; ++attempts) {
        const auto greeted = [&hanging, attempts] { return count_of(hanging, "ROLE") >= attempts; };
        co_await until(greeted);
        passing.advance(kDeadline);
      }
    }(server, time));
    co_await together(std::move(tasks));
  }(store, redis, clock));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
