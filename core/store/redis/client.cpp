#include "core/store/redis/client.h"

#include <algorithm>
#include <utility>

#include "core/base/await.h"

namespace session {
namespace {

// A server that has no answer yet is asked again this much later.
constexpr milliseconds kAgain{10};
// Redirections, and connections that end, one after the other: more than that is a misconfiguration.
constexpr int kMaxTries = 8;

using Reaction = ServerError::Reaction;

CommandError unavailable(std::string text) {
  return CommandError(StoreFailure(StoreFailure::Kind::unavailable, std::move(text)));
}

const Reply* first_error(const std::vector<Reply>& replies) {
  const auto found = std::find_if(replies.begin(), replies.end(),
                                  [](const Reply& reply) { return reply.is(Reply::Kind::error); });
  return found == replies.end() ? nullptr : &*found;
}

// Takes the replies to ASKING out, but for those that say why the next command was not done.
void keep_every_other(std::vector<Reply>& replies) {
  for (std::size_t i = 0; 2 * i + 1 < replies.size(); ++i) {
    const bool denied = replies[2 * i].is(Reply::Kind::error);
    Reply kept = std::move(replies[denied ? 2 * i : 2 * i + 1]);
    replies[i] = std::move(kept);
  }
  replies.resize(replies.size() / 2);
}

// To a node that is only getting the key.
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

// One command on its way: where it goes next, and what the replies mean.
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
    if (answered.failure) return no_answer(*answered.failure, connection);
    if (const Reply* bad = first_error(answered.replies))
      return refused(read_error(bad->text, what_), connection);
    if (command_.is_valid_reply(answered.replies)) return Outcome(std::move(answered.replies));
    connection.renew("it answered something else than it was asked");
    return Outcome(unavailable(connection.server() + ": its answers were mixed up"));
  }

  [[nodiscard]] bool wants_pause() { return std::exchange(pause_, false); }
  [[nodiscard]] Outcome give_up() const { return unavailable(last_); }

 private:
  std::optional<Outcome> no_answer(const CallFailure& failure, const RedisConnection& connection) {
    topology_.request_refresh();
    last_ = failure.reason;
    if (may_repeat(failure.kind) && somebody_to_ask(failure.kind, connection)) return std::nullopt;
    return Outcome(unavailable(last_));
  }

  // Nothing of it was executed, or that would do no harm.
  [[nodiscard]] bool may_repeat(CallFailure::Kind kind) const {
    if (kind == CallFailure::Kind::not_sent) return true;
    return kind == CallFailure::Kind::lost && command_.retry == Command::Retry::safe;
  }

  // A link that was stopped has left the cluster: another one has its slots. One that can't connect has not
  // sent anything, and will fail again at once.
  static bool somebody_to_ask(CallFailure::Kind kind, const RedisConnection& connection) {
    if (connection.state() == RedisConnection::State::stopped) return true;
    const bool alive = connection.state() == RedisConnection::State::connecting ||
                       connection.state() == RedisConnection::State::up;
    return alive && kind == CallFailure::Kind::lost;
  }

  std::optional<Outcome> refused(const ServerError& error, RedisConnection& connection) {
    last_ = connection.server() + ": " + error.sentence;
    switch (error.reaction) {
      case Reaction::fail:
        topology_.request_refresh();
        return Outcome(unavailable(last_));
      case Reaction::full:
        return Outcome(CommandError(StoreFailure(StoreFailure::Kind::full, last_)));
      case Reaction::script:
      case Reaction::foreign:
        return Outcome(CommandError(StoreFailure(StoreFailure::Kind::unavailable, last_), error.reaction));
      case Reaction::reconnect:
        return connect_anew(error, connection);
      case Reaction::again:
        pause_ = true;
        return std::nullopt;
      case Reaction::moved:
      case Reaction::ask:
        return pass_on(error, connection);
    }
    return Outcome(unavailable(last_));
  }

  // A server that has been the wrong one since it was found will not become the right one by asking around at
  // every request.
  std::optional<Outcome> connect_anew(const ServerError& error, RedisConnection& connection) {
    topology_.request_refresh();
    if (connection.age() < RedisConnection::kYoung) return Outcome(unavailable(last_));
    connection.renew(error.sentence);
    return std::nullopt;
  }

  std::optional<Outcome> pass_on(const ServerError& error, const RedisConnection& connection) {
    next_ = topology_.redirected(error, connection);
    if (!next_) return Outcome(unavailable(last_ + "; is store.redis.topology right?"));
    asking_ = error.reaction == Reaction::ask;
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
  std::string last_;  // why the last try failed
};

}  // namespace

RedisClient::RedisClient(const Executor& executor, std::shared_ptr<const RedisSetup> setup)
    : topology_(Topology::make(executor, std::move(setup))) {}

Task<Result<std::vector<Reply>, CommandError>> RedisClient::call(std::string_view key, std::string_view what,
                                                                 Command command, Clock::Steady deadline) {
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
    if (attempt.wants_pause()) co_await pause(kAgain);
    if (system_clock().steady_now() >= deadline) break;
  }
  co_return attempt.give_up();
}

}  // namespace session
