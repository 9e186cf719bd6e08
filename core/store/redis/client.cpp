#include "core/store/redis/client.h"

#include <algorithm>
#include <utility>

#include "core/base/timer.h"
#include "core/store/redis/judgement.h"

namespace session {
namespace {

// The pause before a command is repeated after TRYAGAIN: the keys of the slot are being migrated.
constexpr milliseconds kTryAgainPause{10};
// A command that needs more attempts than this shows a misconfigured topology.
constexpr int kMaxAttempts = 8;

CommandError unavailable(std::string text) {
  return CommandError(StoreFailure(StoreFailure::Kind::unavailable, std::move(text)));
}

// The first error of replies, of which some may be one (Command::first_may_fail).
const Reply* first_error(const std::vector<Reply>& replies, std::ptrdiff_t optional = 0) {
  const auto found = std::find_if(replies.begin() + optional, replies.end(),
                                  [](const Reply& reply) { return reply.is(Reply::Kind::error); });
  return found == replies.end() ? nullptr : &*found;
}

// Removes the replies to ASKING. An ASKING that failed keeps its error reply, and the reply to the command
// behind it is removed, because that command can't succeed without ASKING.
void remove_asking_replies(std::vector<Reply>& replies) {
  for (std::size_t i = 0; 2 * i + 1 < replies.size(); ++i) {
    const bool denied = replies[2 * i].is(Reply::Kind::error);
    Reply kept = std::move(replies[denied ? 2 * i : 2 * i + 1]);
    replies[i] = std::move(kept);
  }
  replies.resize(replies.size() / 2);
}

// Sends a command, with ASKING, to a node that is importing the slot.
Task<CommandResult> ask_importing(std::shared_ptr<RedisConnection> connection, Command command,
                                  Clock::Steady deadline) {
  Command asking;
  asking.wire = command.asking();
  asking.replies = 2 * command.replies;
  CommandResult result = co_await connection->ask(std::move(asking), deadline);
  remove_asking_replies(result.replies);
  result.command = std::move(command);
  co_return result;
}

// One command with all its attempts: chooses the connection of each attempt, and decides by judgement.h
// whether its result is final.
class CommandAttempt {
 public:
  using Outcome = Result<std::vector<Reply>, CommandError>;

  CommandAttempt(Topology& topology, std::string_view key, std::string_view what, Command command,
                 Clock::Steady deadline)
      : topology_(topology), key_(key), what_(what), command_(std::move(command)), deadline_(deadline) {}

  [[nodiscard]] std::shared_ptr<RedisConnection> connection() {
    return next_ ? std::exchange(next_, nullptr) : topology_.of(key_);
  }

  [[nodiscard]] Task<CommandResult> ask(const std::shared_ptr<RedisConnection>& connection) {
    if (std::exchange(asking_, false)) return ask_importing(connection, std::move(command_), deadline_);
    return connection->ask(std::move(command_), deadline_);
  }

  // Returns the outcome if the result is final; nullopt: the command needs another attempt.
  [[nodiscard]] std::optional<Outcome> judge(CommandResult&& result, RedisConnection& connection) {
    command_ = std::move(result.command);
    const Reply* error_reply = result.failure ? nullptr : first_error(result.replies);
    if (!result.failure && error_reply == nullptr && command_.is_valid_reply(result.replies))
      return Outcome(std::move(result.replies));
    const AskedConnection asked{connection.server(), connection.state(), connection.age()};
    if (result.failure) return act(judge_failure(*result.failure, command_.retry, asked), connection);
    if (error_reply != nullptr)
      return act(judge_error(read_error(error_reply->text, what_), asked), connection);
    return act(judge_invalid_replies(asked), connection);
  }

  [[nodiscard]] bool needs_pause() { return std::exchange(pause_, false); }
  // The outcome when no time or no attempt is left.
  [[nodiscard]] Outcome give_up() const { return last_error_; }

 private:
  std::optional<Outcome> act(Judgement judgement, RedisConnection& connection) {
    using Next = Judgement::Next;
    if (judgement.refresh) topology_.request_refresh();
    if (!judgement.renew.empty()) connection.renew(std::move(judgement.renew));
    last_error_ = std::move(judgement.error);
    if (judgement.next == Next::fail) return Outcome(std::move(last_error_));
    pause_ = judgement.next == Next::repeat_later;
    if (judgement.next == Next::redirect) return follow(judgement.redirection, connection);
    return std::nullopt;
  }

  std::optional<Outcome> follow(const ServerError& redirection, const RedisConnection& connection) {
    next_ = topology_.redirected(redirection, connection);
    if (!next_) return Outcome(unavailable(last_error_.failure.detail + "; is store.redis.topology right?"));
    asking_ = redirection.reaction == ServerError::Reaction::ask;
    return std::nullopt;
  }

  Topology& topology_;
  std::string_view key_;
  std::string_view what_;
  Command command_;
  Clock::Steady deadline_;
  std::shared_ptr<RedisConnection> next_;  // for the next attempt; nullptr: the one that has the key
  bool asking_ = false;
  bool pause_ = false;
  CommandError last_error_;  // why the last attempt failed
};

}  // namespace

RedisClient::RedisClient(const Executor& executor, std::shared_ptr<const RedisSetup> setup)
    : setup_(std::move(setup)), topology_(Topology::make(executor, setup_)) {}

Task<Result<std::vector<Reply>, CommandError>> RedisClient::call(std::string_view key, std::string_view what,
                                                                 Command command, Clock::Steady deadline,
                                                                 std::shared_ptr<const Hearing>* heard) {
  const Clock& clock = setup_->clock;
  CommandAttempt attempt(*topology_, key, what, std::move(command), deadline);
  for (int attempts = 0; attempts < kMaxAttempts; ++attempts) {
    std::shared_ptr<RedisConnection> connection = attempt.connection();
    if (!connection) {
      auto found = co_await topology_->discover(deadline);
      if (!found) co_return unavailable(found.error().why);
      connection = attempt.connection();
      if (!connection) co_return unavailable("no node of the cluster has the key's slot");
    }
    if (heard != nullptr) *heard = connection->hearing();
    CommandResult result = co_await attempt.ask(connection);
    if (heard != nullptr && *heard != connection->hearing()) *heard = nullptr;
    auto outcome = attempt.judge(std::move(result), *connection);
    if (outcome) co_return std::move(*outcome);
    if (attempt.needs_pause()) co_await pause(kTryAgainPause, clock);
    if (clock.steady_now() >= deadline) break;
  }
  co_return attempt.give_up();
}

Task<Result<std::vector<Topology::ConnectionPtr>, StoreFailure>> RedisClient::servers(
    Clock::Steady deadline) {
  auto connections = topology_->servers();
  if (connections.empty()) {
    auto found = co_await topology_->discover(deadline);
    if (!found) co_return StoreFailure(StoreFailure::Kind::unavailable, found.error().why);
    connections = topology_->servers();
  }
  co_return connections;
}

Task<Result<void, StoreFailure>> RedisClient::refresh(Clock::Steady deadline) {
  auto found = co_await topology_->refresh(deadline);
  if (!found) co_return StoreFailure(StoreFailure::Kind::unavailable, found.error().why);
  co_return Result<void, StoreFailure>();
}

Task<Result<std::vector<Reply>, StoreFailure>> RedisClient::ask(Topology::ConnectionPtr server,
                                                                std::string_view what, Command command,
                                                                Clock::Steady deadline) {
  CommandResult result = co_await server->ask(std::move(command), deadline);
  const AskedConnection asked{server->server(), server->state(), server->age()};
  const std::ptrdiff_t optional = result.command.first_may_fail ? 1 : 0;
  const Reply* error = result.failure ? nullptr : first_error(result.replies, optional);
  if (!result.failure && error == nullptr && result.command.is_valid_reply(result.replies))
    co_return std::move(result.replies);
  Judgement judgement = result.failure     ? judge_failure(*result.failure, Command::Retry::never, asked)
                        : error != nullptr ? judge_error(read_error(error->text, what), asked)
                                           : judge_invalid_replies(asked);
  if (judgement.refresh) topology_->request_refresh();
  if (!judgement.renew.empty()) server->renew(std::move(judgement.renew));
  co_return std::move(judgement.error.failure);
}

}  // namespace session
