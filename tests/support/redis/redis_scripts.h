#pragma once

#include <string>
#include <utility>

#include <boost/test/unit_test.hpp>

#include "core/base/run.h"
#include "core/store/redis/redis_store.h"
#include "tests/support/redis/scripted_redis.h"

// Stores on servers that say what a test has them say.
namespace session::test {

// Far away: a busy machine must not look like a server that hangs.
inline constexpr milliseconds kNever = std::chrono::seconds(20);

inline RedisStoreOptions options_for(const RedisAddress& address, milliseconds deadline = kNever) {
  RedisStoreOptions options;
  options.addresses = {address};
  options.deadline = deadline;
  options.connect_deadline = deadline;
  options.max_value_bytes = 100'000;
  return options;
}

inline ScriptedReply bytes(std::string text) { return ScriptedReply{std::move(text)}; }

inline bool is(const RedisCommand& command, const std::string& name) { return command.front() == name; }

// A scripted server that says this to one command, and the usual to all others; and a store on it.
struct Scripted {
  Scripted(const std::string& command, ScriptedReply reply, milliseconds deadline = kNever)
      : store(options_for(redis.address(), deadline)) {
    redis.answers([this, command, reply = std::move(reply)](unsigned, const RedisCommand& asked) {
      return is(asked, command) ? reply : redis.usual(asked);
    });
  }

  ScriptedRedis redis;
  RedisStore store;
};

// The failure of an answer; fails the test if there is none.
template <class T>
StoreFailure failure_of(const Result<T, StoreFailure>& answer) {
  BOOST_TEST_REQUIRE(answer.has_error());
  return answer.error();
}

inline StoreFailure failed_load(RedisStore& store) { return failure_of(run(store.load("secret-key"))); }

inline std::size_t count_of(const ScriptedRedis& redis, const std::string& command) {
  std::size_t count = 0;
  for (const RedisCommand& asked : redis.seen()) count += is(asked, command) ? 1 : 0;
  return count;
}

}  // namespace session::test
