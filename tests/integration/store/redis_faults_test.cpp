// What a RedisStore makes of a server that fails, lies or goes: an outage, and never an answer that is not
// one.

#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "core/base/await.h"
#include "core/store/redis/redis_store.h"
#include "tests/support/fake_clock.h"
#include "tests/support/redis/cut_proxy.h"
#include "tests/support/redis/redis_scripts.h"
#include "tests/support/redis/scripted_redis.h"
#include "tests/support/run_all.h"
#include "tests/support/store_calls.h"

namespace session::test {

using namespace std::chrono_literals;
using Kind = StoreFailure::Kind;

BOOST_AUTO_TEST_SUITE(redis_faults)

// --- Errors that the server answers with ---

BOOST_AUTO_TEST_CASE(an_error_is_an_outage_with_a_sentence_of_our_own) {
  const std::vector<std::pair<std::string, std::string>> errors = {
      {"LOADING Redis is loading the dataset in memory", "GETRANGE failed: it is loading its data"},
      {"BUSY Redis is busy running a script.", "GETRANGE failed: it is busy with somebody's script"},
      {"MASTERDOWN Link with MASTER is down", "GETRANGE failed: it is a replica that has lost its master"},
      {"READONLY You can't write against a read only replica.",
       "GETRANGE failed: it is a replica, which takes no writes"},
      {"MISCONF Redis is configured to save RDB snapshots",
       "GETRANGE failed: it takes no writes because it can't save to its disk"},
      {"NOREPLICAS Not enough good replicas to write.",
       "GETRANGE failed: it takes no writes because too few replicas follow it"},
      {"NOAUTH Authentication required.", "GETRANGE failed: it asks for a password"},
      {"NOPERM this user has no permissions to access one of the keys used as arguments",
       "GETRANGE failed: its access control denies the gateway's user this command or these keys"},
      {"CLUSTERDOWN The cluster is down", "GETRANGE failed: the cluster has no master for the key"},
      {"MOVED 1 127.0.0.1:1",
       "GETRANGE failed: another node of the cluster has the key; is store.redis.topology right?"},
      {"ASK 1 127.0.0.1:1",
       "GETRANGE failed: another node of the cluster is getting the key; is store.redis.topology right?"},
      {"MOVED", "GETRANGE failed: another node of the cluster has the key"},
      {"ERR unknown command 'GETRANGE', with args beginning with: 'session:secret-key'",
       "GETRANGE failed: it does not know the command"},
      {"ODDITY secret-key", "GETRANGE failed: it answered with the error ODDITY"},
      {"secret-key", "GETRANGE failed: it answered with an error"},
      {"", "GETRANGE failed: it answered with an error"}};
  for (const auto& [text, sentence] : errors) {
    Scripted scripted("GETRANGE", bytes("-" + text + "\r\n"));
    const StoreFailure failure = failed_load(scripted.store);
    BOOST_TEST((failure.kind == Kind::unavailable));
    BOOST_TEST(failure.detail == to_text(scripted.redis.address()) + ": " + sentence);
  }
}

BOOST_AUTO_TEST_CASE(a_server_at_its_memory_limit_is_full) {
  Scripted scripted("SET", bytes("-OOM command not allowed when used memory > 'maxmemory'.\r\n"));
  Bytes value("value");
  BOOST_TEST((failure_of(run(scripted.store.create("key", value, 1min))).kind == Kind::full));
  BOOST_TEST(!holds(scripted.store, "key"));
}

BOOST_AUTO_TEST_CASE(a_server_that_wants_time_is_asked_again) {
  ScriptedRedis redis;
  std::atomic<int> asked = 0;
  redis.answers([&](unsigned, const RedisCommand& command) {
    if (is(command, "GETRANGE") && ++asked <= 3)
      return bytes("-TRYAGAIN Multiple keys request during rehashing\r\n");
    return redis.usual(command);
  });
  RedisStore store(options_for(redis.address()));
  BOOST_TEST(!holds(store, "key"));
  BOOST_TEST(asked == 4);
}

BOOST_AUTO_TEST_CASE(a_server_that_knows_no_script_however_often_is_an_outage) {
  Scripted scripted("NOTHING", bytes(""));  // the usual answer to a script is NOSCRIPT
  Bytes old("old");
  Bytes fresh("new");
  BOOST_TEST((failure_of(run(scripted.store.replace("key", old, fresh, 1min))).kind == Kind::unavailable));
  BOOST_TEST(count_of(scripted.redis, "EVALSHA") == 1u);
  BOOST_TEST(count_of(scripted.redis, "EVAL") == 1u);
}

// --- Answers that are none ---

BOOST_AUTO_TEST_CASE(an_answer_of_another_kind_is_an_outage_and_ends_the_connection) {
  for (const std::string answer : {":1\r\n", "+OK\r\n", "*0\r\n", "*2\r\n$1\r\na\r\n:1\r\n"}) {
    Scripted scripted("GETRANGE", bytes(answer));
    run([](Scripted& at) -> Task<> {
      for (int round = 0; round < 2; ++round) {
        const auto loaded = co_await at.store.load("secret-key");
        BOOST_TEST((failure_of(loaded).kind == Kind::unavailable));
      }
    }(scripted));
    BOOST_TEST(scripted.redis.connections() >= 2u);
  }
}

BOOST_AUTO_TEST_CASE(what_is_not_redis_is_an_outage) {
  for (const std::string answer : {"HTTP/1.1 400 Bad Request\r\n\r\n", "\r\n", "$5\r\n", "$-7\r\n", ":\r\n",
                                   ":12a\r\n", "$99999999999999999999\r\n\r\n", "*1000000000\r\n",
                                   "*65537\r\n", "*-9\r\n", "%1\r\n", "_\r\n", "\x16\x03\x01"}) {
    Scripted scripted("GETRANGE", ScriptedReply{answer, true});
    BOOST_TEST((failed_load(scripted.store).kind == Kind::unavailable));
  }
}

BOOST_AUTO_TEST_CASE(a_value_that_is_too_large_is_not_waited_for) {
  Scripted scripted("GETRANGE", bytes("$900000000\r\n" + std::string(300'000, 'x')));
  BOOST_TEST(failed_load(scripted.store).detail.ends_with("a reply is too large"));
}

BOOST_AUTO_TEST_CASE(arrays_in_arrays_do_not_use_up_the_memory) {
  std::string nested = "*60000\r\n";
  for (int i = 0; i < 60000; ++i) nested += "*60000\r\n";
  Scripted scripted("GETRANGE", bytes(nested));
  BOOST_TEST(failed_load(scripted.store).detail.ends_with("what came is not RESP2, or too large"));
}

BOOST_AUTO_TEST_CASE(an_answer_cut_off_anywhere_is_an_outage) {
  const std::string whole = "$5\r\nhello\r\n";
  for (std::size_t size = 0; size < whole.size(); ++size) {
    Scripted scripted("GETRANGE", ScriptedReply{whole.substr(0, size), true});
    BOOST_TEST((failed_load(scripted.store).kind == Kind::unavailable));
  }
}

BOOST_AUTO_TEST_CASE(answers_may_come_in_single_bytes) {
  ScriptedRedis redis;
  redis.answers([&](unsigned, const RedisCommand& command) {
    ScriptedReply reply = redis.usual(command);
    reply.single_bytes = true;
    return reply;
  });
  RedisStore store(options_for(redis.address()));
  run([](RedisStore& at) -> Task<> {
    Bytes value("value");
    const auto created = co_await at.create("key", value, 1min);
    BOOST_TEST((answered(created) == CreateOutcome::created));
    const auto loaded = co_await at.load("key");
    BOOST_TEST((answered(loaded)->bytes.view() == "value"));
  }(store));
}

// --- Whose answer it is ---

BOOST_AUTO_TEST_CASE(an_answer_that_comes_too_late_is_nobodys) {
  ScriptedRedis redis;
  redis.answers([&](unsigned connection, const RedisCommand& command) {
    if (connection == 1 && command.size() > 1 && command[1] == "session:slow") return ScriptedReply{};
    return redis.usual(command);
  });
  FakeClock clock;
  RedisStore store(options_for(redis.address(), 300ms), clock);
  run([](RedisStore& at, ScriptedRedis& server, FakeClock& time) -> Task<> {
    Bytes mine("mine");
    const auto created = co_await at.create("key", mine, 1min);
    BOOST_TEST((answered(created) == CreateOutcome::created));
    std::vector<Task<>> tasks;
    tasks.push_back([](RedisStore& store_at) -> Task<> {
      const auto late = co_await store_at.load("slow");
      BOOST_TEST(failure_of(late).detail.ends_with("no answer in time"));
    }(at));
    tasks.push_back([](ScriptedRedis& hanging, FakeClock& passing) -> Task<> {
      const auto asked = [&hanging] { return count_of(hanging, "GETRANGE") == 1; };
      co_await until(asked);
      passing.advance(300ms);
    }(server, time));
    co_await together(std::move(tasks));
    server.send(1, "$5\r\nstale\r\n:60000\r\n");
    // At first the circuit is open, as the server has just hung; then comes the key's own answer.
    time.advance(1s);
    bool whole = false;
    const auto connected_anew = [&] { return server.connections() >= 2; };
    co_await until(connected_anew);
    while (!whole) {
      co_await pause(1ms);
      const auto loaded = co_await at.load("key");
      if (!loaded) continue;
      whole = true;
      BOOST_TEST(((*loaded)->bytes.view() == "mine"));
    }
  }(store, redis, clock));
}

BOOST_AUTO_TEST_CASE(an_answer_too_many_ends_the_connection_before_anyone_gets_it) {
  for (const std::string extra : {"$5\r\nstale\r\n", ":1\r\n", "$5\r\nsta", "-ERR late\r\n"}) {
    ScriptedRedis redis;
    RedisStore store(options_for(redis.address()));
    run([](RedisStore& at, ScriptedRedis& server, std::string stray) -> Task<> {
      Bytes mine("mine");
      const auto created = co_await at.create("key", mine, 1min);
      BOOST_TEST((answered(created) == CreateOutcome::created));
      server.send(1, stray);
      const auto connected_anew = [&] { return server.connections() == 2; };
      co_await until(connected_anew);
      const auto loaded = co_await at.load("key");
      BOOST_TEST((answered(loaded)->bytes.view() == "mine"));
    }(store, redis, extra));
  }
}

BOOST_AUTO_TEST_CASE(answers_shifted_by_one_are_an_outage_for_all) {
  ScriptedRedis redis;
  redis.answers([&](unsigned, const RedisCommand& command) {
    ScriptedReply reply = redis.usual(command);
    if (is(command, "GETRANGE") && command[1] == "session:key0")
      reply.bytes = "$5\r\nstale\r\n" + *reply.bytes;
    return reply;
  });
  RedisStore store(options_for(redis.address()));
  int answers = 0;
  run([](RedisStore& at, int& wrong) -> Task<> {
    std::vector<Task<>> loads;
    for (int i = 0; i < 20; ++i) {
      loads.push_back([](RedisStore& store_at, int& count, int number) -> Task<> {
        const auto loaded = co_await store_at.load("key" + std::to_string(number));
        if (loaded && *loaded) ++count;  // no key holds anything
      }(at, wrong, i));
    }
    co_await together(std::move(loads));
  }(store, answers));
  BOOST_TEST(answers == 0);
}

BOOST_AUTO_TEST_CASE(a_single_server_that_is_a_replica_is_not_used) {
  Scripted scripted("ROLE",
                    bytes(resp_array({resp_bulk("slave"), resp_bulk("10.0.0.1"), resp_integer(6379)})));
  BOOST_TEST(failed_load(scripted.store).detail.ends_with("it is a replica, and not the master"));
  BOOST_TEST(count_of(scripted.redis, "GETRANGE") == 0u);
}

BOOST_AUTO_TEST_CASE(more_than_was_asked_in_the_greeting_is_an_outage) {
  Scripted scripted("CLIENT", bytes("+OK\r\n$5\r\nstale\r\n"));
  BOOST_TEST(failed_load(scripted.store).detail.ends_with("it said more than it was asked"));
}

BOOST_AUTO_TEST_CASE(what_is_asked_at_once_goes_out_at_once_and_each_gets_its_own) {
  ScriptedRedis redis;
  RedisStore store(options_for(redis.address()));
  run([](RedisStore& at) -> Task<> {
    for (int i = 0; i < 50; ++i) {
      const Bytes value("value of " + std::to_string(i));
      (void)co_await at.create(std::to_string(i), value, 1min);
    }
    std::vector<Task<>> loads;
    for (int i = 0; i < 2000; ++i) {
      loads.push_back([](RedisStore& store_at, int number) -> Task<> {
        const auto loaded = co_await store_at.load(std::to_string(number % 50));
        BOOST_TEST((answered(loaded)->bytes.view() == "value of " + std::to_string(number % 50)));
      }(at, i));
    }
    co_await together(std::move(loads));
  }(store));
  BOOST_TEST(redis.connections() == 1u);
}

// --- Connections that end, and servers that are not there ---

BOOST_AUTO_TEST_CASE(a_read_whose_answer_was_lost_is_asked_again_and_a_write_is_not) {
  ScriptedRedis redis;
  redis.answers([&](unsigned connection, const RedisCommand& command) {
    const bool cut = connection == 1 && (is(command, "GETRANGE") || is(command, "PTTL"));
    const bool cut_write = connection == 2 && is(command, "SET");
    if (cut || cut_write) return ScriptedReply{std::nullopt, true};
    return redis.usual(command);
  });
  RedisStore store(options_for(redis.address()));
  run([](RedisStore& at) -> Task<> {
    const auto loaded = co_await at.load("key");
    BOOST_TEST(!answered(loaded).has_value());
    Bytes value("value");
    const auto created = co_await at.create("key", value, 1min);
    BOOST_TEST((failure_of(created).kind == Kind::unavailable));
  }(store));
  BOOST_TEST(count_of(redis, "SET") == 1u);
}

BOOST_AUTO_TEST_CASE(a_server_that_ends_every_connection_is_not_called_on_without_end) {
  Scripted scripted("GETRANGE", ScriptedReply{std::nullopt, true});
  BOOST_TEST((failed_load(scripted.store).kind == Kind::unavailable));
  BOOST_TEST(scripted.redis.connections() < 12u);
}

BOOST_AUTO_TEST_CASE(nobody_listening_fails_at_once_and_coming_back_is_noticed) {
  ScriptedRedis redis;
  CutProxy proxy(redis.address());
  proxy.refuse();
  RedisStore store(options_for(proxy.address()));
  run([](RedisStore& at, CutProxy& way) -> Task<> {
    for (int i = 0; i < 1000; ++i) {
      const auto loaded = co_await at.load("key");
      BOOST_TEST((failure_of(loaded).kind == Kind::unavailable));
    }
    way.accept();
    bool back = false;
    while (!back) {
      co_await pause(1ms);
      const auto loaded = co_await at.load("key");
      back = loaded.has_value();
    }
  }(store, proxy));
  BOOST_TEST(proxy.connections() == 1u);
}

BOOST_AUTO_TEST_CASE(a_server_that_answers_nothing_ends_at_the_deadline_connecting_included) {
  ScriptedRedis redis;
  CutProxy proxy(redis.address());
  proxy.swallow(true);
  RedisStore store(options_for(proxy.address(), 100ms));
  run([](RedisStore& at) -> Task<> {
    const auto first = co_await at.load("key");
    BOOST_TEST((failure_of(first).kind == Kind::unavailable));
    // From now on it is known to be out of reach, so this takes no 100 ms each.
    for (int i = 0; i < 5000; ++i) {
      const auto next = co_await at.load("key");
      BOOST_TEST((failure_of(next).kind == Kind::unavailable));
    }
  }(store));
  BOOST_TEST(redis.commands() == 0u);
}

BOOST_AUTO_TEST_CASE(a_connection_that_ends_while_nothing_is_asked_is_made_again_before_it_is_needed) {
  ScriptedRedis redis;
  RedisStore store(options_for(redis.address()));
  run([](RedisStore& at, ScriptedRedis& server) -> Task<> {
    for (unsigned round = 1; round <= 5; ++round) {
      Bytes value("value");
      const auto created = co_await at.create("key" + std::to_string(round), value, 1min);
      BOOST_TEST((answered(created) == CreateOutcome::created));
      server.cut();
      const auto connected_anew = [&] { return server.connections() == round + 1; };
      co_await until(connected_anew);
    }
  }(store, redis));
}

BOOST_AUTO_TEST_CASE(no_descriptor_is_left_by_outages) {
  ScriptedRedis redis;
  redis.answers([&](unsigned connection, const RedisCommand& command) {
    return connection % 3 == 0 ? redis.usual(command) : ScriptedReply{"$garbage", connection % 2 == 0};
  });
  {
    RedisStore store(options_for(redis.address(), 200ms));
    for (int round = 0; round < 10; ++round) {
      run([](RedisStore& at) -> Task<> { (void)co_await at.load("key"); }(store));
    }
  }
  wait_until("all connections to end", [&] { return redis.open_connections() == 0; });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
