#include "core/store/redis_store.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <boost/asio/execution_context.hpp>

#include "core/store/redis/client.h"

namespace session {
namespace {

namespace asio = boost::asio;
using Reaction = ServerError::Reaction;
using Called = Result<std::vector<Reply>, Refused>;

// The clients of one event loop, by store. Lives in the loop, so that connections end with it.
class LoopClients final : public asio::execution_context::service {
 public:
  using key_type = LoopClients;
  static asio::execution_context::id id;

  explicit LoopClients(asio::execution_context& context) : service(context) {}

  RedisClient& of(const std::shared_ptr<const RedisSetup>& setup, const Executor& executor) {
    for (auto& [owner, client] : clients_) {
      if (owner == setup) return *client;
    }
    clients_.emplace_back(setup, std::make_unique<RedisClient>(executor, setup));
    return *clients_.back().second;
  }

 private:
  // Everything goes now, and not with this object: the loop's timers and sockets may be gone by then.
  void shutdown() override {
    for (auto& [owner, client] : clients_) client->abandon();
    clients_.clear();
  }

  std::vector<std::pair<std::shared_ptr<const RedisSetup>, std::unique_ptr<RedisClient>>> clients_;
};

asio::execution_context::id LoopClients::id;

RedisClient& client_of(const std::shared_ptr<const RedisSetup>& setup, const Executor& executor) {
  return asio::use_service<LoopClients>(executor.context()).of(setup, executor);
}

bool is_one(const Called& called) { return called->front().integer == 1; }

// -1 is a key without an end. -2 is one that ended between GET and PTTL.
std::optional<Entry> entry_in(std::vector<Reply> replies) {
  const std::int64_t left = replies[1].integer;
  if (replies[0].is(Reply::Kind::nil) || left == -2) return std::nullopt;
  const milliseconds time_left =
      left < 0 ? milliseconds::max() : milliseconds(std::max<std::int64_t>(left, 1));
  return Entry{std::move(replies[0].bytes), time_left};
}

}  // namespace

RedisStore::RedisStore(RedisStoreOptions options)
    : setup_(std::make_shared<RedisSetup>(std::move(options))) {}

RedisStore::~RedisStore() = default;

Store::Answer<std::optional<Entry>> RedisStore::load(std::string key) {
  RedisClient& client = client_of(setup_, co_await asio::this_coro::executor);
  const std::string full = setup_->options.prefix + key;
  auto called = co_await client.call(full, "GET", commands::load(full));
  if (!called && called.error().reaction == Reaction::foreign)
    co_return std::optional<Entry>(Entry{Bytes(), milliseconds::max()});
  if (!called) co_return called.error().failure;
  co_return entry_in(std::move(*called));
}

Store::Answer<CreateOutcome> RedisStore::create(std::string key, Bytes bytes, milliseconds ttl) {
  RedisClient& client = client_of(setup_, co_await asio::this_coro::executor);
  const std::string full = setup_->options.prefix + key;
  auto called = co_await client.call(full, "SET", commands::create(full, bytes.view(), ttl));
  if (!called) co_return called.error().failure;
  co_return called->front().is(Reply::Kind::nil) ? CreateOutcome::exists : CreateOutcome::created;
}

Store::Answer<ReplaceOutcome> RedisStore::replace(std::string key, Bytes expected, Bytes bytes,
                                                  milliseconds ttl) {
  RedisClient& client = client_of(setup_, co_await asio::this_coro::executor);
  const std::string full = setup_->options.prefix + key;
  auto called =
      co_await client.call(full, "EVALSHA", commands::replace(full, expected.view(), bytes.view(), ttl));
  if (!called && called.error().reaction == Reaction::script) {
    called = co_await client.call(
        full, "EVAL", commands::replace(full, expected.view(), bytes.view(), ttl, commands::By::text));
  }
  if (!called && called.error().reaction == Reaction::foreign) co_return ReplaceOutcome::changed_or_gone;
  if (!called) co_return called.error().failure;
  co_return is_one(called) ? ReplaceOutcome::replaced : ReplaceOutcome::changed_or_gone;
}

Store::Answer<TouchOutcome> RedisStore::touch(std::string key, milliseconds ttl) {
  RedisClient& client = client_of(setup_, co_await asio::this_coro::executor);
  const std::string full = setup_->options.prefix + key;
  auto called = co_await client.call(full, "PEXPIRE", commands::touch(full, ttl));
  if (!called) co_return called.error().failure;
  co_return is_one(called) ? TouchOutcome::touched : TouchOutcome::absent;
}

Store::Answer<EraseOutcome> RedisStore::erase(std::string key) {
  RedisClient& client = client_of(setup_, co_await asio::this_coro::executor);
  const std::string full = setup_->options.prefix + key;
  auto called = co_await client.call(full, "DEL", commands::erase(full));
  if (!called) co_return called.error().failure;
  co_return is_one(called) ? EraseOutcome::erased : EraseOutcome::absent;
}

Store::Answer<EraseIfOutcome> RedisStore::erase_if(std::string key, Bytes expected) {
  RedisClient& client = client_of(setup_, co_await asio::this_coro::executor);
  const std::string full = setup_->options.prefix + key;
  auto called = co_await client.call(full, "EVALSHA", commands::erase_if(full, expected.view()));
  if (!called && called.error().reaction == Reaction::script) {
    called =
        co_await client.call(full, "EVAL", commands::erase_if(full, expected.view(), commands::By::text));
  }
  if (!called && called.error().reaction == Reaction::foreign) co_return EraseIfOutcome::changed_or_gone;
  if (!called) co_return called.error().failure;
  co_return is_one(called) ? EraseIfOutcome::erased : EraseIfOutcome::changed_or_gone;
}

}  // namespace session
