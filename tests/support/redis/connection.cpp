#include "tests/support/redis/connection.h"

#include <poll.h>
#include <sys/time.h>

#include <cerrno>
#include <stdexcept>
#include <utility>

#include <hiredis/hiredis.h>

#include "tests/support/redis/resp.h"
#include "tests/support/redis/sockets.h"

namespace session::test {
namespace {

constexpr timeval kPatience{5, 0};

RedisReply value_of(const redisReply& raw) {
  using enum RedisReply::Kind;
  RedisReply reply;
  if (raw.str != nullptr) reply.text.assign(raw.str, raw.len);
  switch (raw.type) {
    case REDIS_REPLY_INTEGER:
      reply.kind = integer;
      reply.integer = raw.integer;
      break;
    case REDIS_REPLY_ARRAY:
      reply.kind = array;
      for (std::size_t i = 0; i < raw.elements; ++i) reply.elements.push_back(value_of(*raw.element[i]));
      break;
    case REDIS_REPLY_NIL:
      break;
    default:
      reply.kind = raw.type == REDIS_REPLY_ERROR ? error : text;
  }
  return reply;
}

RedisCommand log_in_command(const std::string& password, const std::string& user) {
  if (password.empty()) return {};
  return user.empty() ? RedisCommand{"AUTH", password} : RedisCommand{"AUTH", user, password};
}

}  // namespace

void RedisConnection::Close::operator()(redisContext* context) const { redisFree(context); }

RedisConnection::RedisConnection(RedisAddress address, std::string password, std::string user)
    : address_(std::move(address)), log_in_(log_in_command(password, user)) {}

RedisConnection::~RedisConnection() = default;

RedisReply RedisConnection::ask(const RedisCommand& command) {
  const std::lock_guard lock(mutex_);
  if (!usable()) {
    open();
    if (!log_in_.empty()) {
      RedisReply reply = exchange(log_in_);
      if (reply.is_error()) {
        context_.reset();
        return reply;
      }
    }
  }
  return exchange(command);
}

// A connection on which nothing is asked has nothing to read but its end.
bool RedisConnection::usable() const {
  if (!context_) return false;
  pollfd readable{context_->fd, POLLIN, 0};
  return poll(&readable, 1, 0) == 0;
}

void RedisConnection::open() {
  context_.reset(address_.path.empty()
                     ? redisConnectWithTimeout(address_.host.c_str(), address_.port, kPatience)
                     : redisConnectUnixWithTimeout(address_.path.c_str(), kPatience));
  if (context_ && context_->err == 0 && redisSetTimeout(context_.get(), kPatience) == REDIS_OK) return;
  const std::string why = context_ ? context_->errstr : "no memory";
  context_.reset();
  throw std::runtime_error("no connection to " + to_text(address_) + ": " + why);
}

// Writes by itself: hiredis 0.14 raises SIGPIPE when the server has gone.
RedisReply RedisConnection::exchange(const RedisCommand& command) {
  void* raw = nullptr;
  if (send_all(context_->fd, resp_command(command)) && redisGetReply(context_.get(), &raw) == REDIS_OK) {
    const std::unique_ptr<redisReply, void (*)(void*)> reply(static_cast<redisReply*>(raw), freeReplyObject);
    return value_of(*reply);
  }
  const bool late = context_->err == REDIS_ERR_IO && errno == EAGAIN;
  const std::string why = context_->err != 0 ? context_->errstr : "closed";
  context_.reset();
  const std::string text = "no answer of " + to_text(address_) + " to " + command.at(0) + ": " + why;
  if (late) throw std::runtime_error(text);
  throw RedisConnectionLost(text);
}

}  // namespace session::test
