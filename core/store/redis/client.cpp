#include "core/store/redis/client.h"

#include <algorithm>
#include <utility>

#include "core/base/timer.h"
#include "core/store/redis/judgement.h"

namespace session {
namespace {

// The pause before a command is repeated that the server could not answer yet (TRYAGAIN).
constexpr milliseconds kAgain{10};
// More redirections and lost connections in a row than this are a misconfiguration.
constexpr int kMaxTries = 8;

CommandError unavailable(std::string text) {
  return CommandError(StoreFailure(StoreFailure::Kind::unavailable, std::move(text)));
}

const Reply* first_error(const std::vector<Reply>& replies) {
  const auto found = std::find_if(replies.begin(), replies.end(),
                                  [](const Reply& reply) { return reply.is(Reply::Kind::error); });
  return found == replies.end() ? nullptr : &*found;
}

// Removes the replies to ASKING. One that is an error stays in place of the reply to the next command, which
// could not succeed without it.
void keep_every_other(std::vector<Reply>& replies) {
  for (std::size_t i = 0; 2 * i + 1 < replies.size(); ++i) {
    const bool denied = replies[2 * i].is(Reply::Kind::error);
    Reply kept = std::move(replies[denied ? 2 * i : 2 * i + 1]);
    replies[i] = std::move(kept);
  }
  replies.resize(replies.size() / 2);
}

// Sends a command to a node that is importing the slot.
Task<CommandResult> ask_importing(std::shared_ptr<RedisConnection> connection, Command command,
                                  Clock::Steady deadline) {
  Command asking;
  asking.wire = command.asking();
  asking.replies = 2 * command.replies;
  CommandResult answered = co_await connection->ask(std::move(asking), deadline);
  keep_every_other(answered.replies);
  answered.command = std::move(command);
  co_return answered;
}

// One command and all its tries: where it goes next, and whether its result is final (judgement.h).
class CommandAttempt {
 public:
  using Outcome = Result<std::vector<Reply>, CommandError>;

  CommandAttempt(Topology& servers, std::string_view key, std::string_view what, Command command,
                 Clock::Steady deadline)
      : topology_(servers), key_(key), what_(what), command_(std::move(command)), deadline_(deadline) {}

  [[nodiscard]] std::shared_ptr<RedisConnection> connection() {
    return next_ ? std::exchange(next_, nullptr) : topology_.of(key_);
  }

  [[nodiscard]] Task<CommandResult> ask(std::shared_ptr<RedisConnection> connection) {
    if (std::exchange(asking_, false))
      return ask_importing(std::move(connection), std::move(command_), deadline_);
    return connection->ask(std::move(command_), deadline_);
  }

  // The outcome; nullopt: try again.
  [[nodiscard]] std::optional<Outcome> judge(CommandResult answered, RedisConnection& connection) {
    command_ = std::move(answered.command);
    const Reply* bad = answered.failure ? nullptr : first_error(answered.replies);
    if (!answered.failure && bad == nullptr && command_.is_valid_reply(answered.replies))
      return Outcome(std::move(answered.replies));
    const AskedConnection asked{connection.server(), connection.state(), connection.age()};
    if (answered.failure) return act(judge_failure(*answered.failure, command_.retry, asked), connection);
    if (bad != nullptr) return act(judge_error(read_error(bad->text, what_), asked), connection);
    return act(judge_mixed_up(asked), connection);
  }

  [[nodiscard]] bool wants_pause() { return std::exchange(pause_, false); }
  // The result when there is no time for another try.
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
  std::shared_ptr<RedisConnection> next_;  // nullptr: the one that has the key
  bool asking_ = false;
  bool pause_ = false;
  CommandError last_error_;  // why the last try failed
};

}  // namespace

RedisClient::RedisClient(const Executor& executor, std::shared_ptr<const RedisSetup> setup)
    : setup_(std::move(setup)), topology_(Topology::make(executor, setup_)) {}

Task<Result<std::vector<Reply>, CommandError>> RedisClient::call(std::string_view key, std::string_view what,
                                                                 Command command, Clock::Steady deadline) {
  const Clock& clock = setup_->clock;
  CommandAttempt attempt(*topology_, key, what, std::move(command), deadline);
  for (int tries = 0; tries < kMaxTries; ++tries) {
    std::shared_ptr<RedisConnection> connection = attempt.connection();
    if (!connection) {
      auto found = co_await topology_->discover(deadline);
      if (!found) co_return unavailable(found.error().why);
      connection = attempt.connection();
      if (!connection) co_return unavailable("no node of the cluster has the key's slot");
    }
    CommandResult answered = co_await attempt.ask(connection);
    auto outcome = attempt.judge(std::move(answered), *connection);
    if (outcome) co_return std::move(*outcome);
    if (attempt.wants_pause()) co_await pause(kAgain, clock);
    if (clock.steady_now() >= deadline) break;
  }
  co_return attempt.give_up();
}

}  // namespace session
