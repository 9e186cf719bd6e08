#pragma once

#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/store/redis/connection/options.h"

struct redisContext;

namespace session::test {

// What a Redis server answered.
struct RedisReply {
  enum class Kind { text, integer, nil, array, error };
  Kind kind = Kind::nil;
  std::string text = {};  // of a string, a status or an error
  long long integer = 0;
  std::vector<RedisReply> elements = {};
  [[nodiscard]] bool is_error() const { return kind == Kind::error; }
  bool operator==(const RedisReply&) const = default;
};

// The server closed the connection before it answered; nobody knows whether it did what it was asked.
struct RedisConnectionLost : std::runtime_error {
  using std::runtime_error::runtime_error;
};

using RedisCommand = std::vector<std::string>;

// A connection of a test to a Redis server or sentinel, made when it is first needed and made again when the
// server has closed it. Any thread.
class RedisConnection {
 public:
  // Without a password there is no AUTH, without a user it is the default one.
  explicit RedisConnection(RedisAddress address, std::string password = "", std::string user = "");
  RedisConnection(const RedisConnection&) = delete;
  RedisConnection& operator=(const RedisConnection&) = delete;
  ~RedisConnection();

  // An error reply is an answer; so is one to AUTH, which then stands for the answer to the command.
  // Throws RedisConnectionLost, and otherwise std::runtime_error if there is no server, or none that answers
  // within some seconds.
  RedisReply ask(const RedisCommand& command);

 private:
  struct Close {
    void operator()(redisContext* context) const;
  };

  bool usable() const;
  void open();
  RedisReply exchange(const RedisCommand& command);

  RedisAddress address_;
  RedisCommand log_in_;
  std::mutex mutex_;
  std::unique_ptr<redisContext, Close> context_;
};

}  // namespace session::test
