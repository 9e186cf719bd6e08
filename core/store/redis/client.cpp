#include "core/store/redis/client.h"

#include <algorithm>
#include <utility>

#include "core/base/await.h"

namespace session {
namespace {

// A server that has no answer yet is asked again this much later.
constexpr milliseconds kAgain{10};
// Redirections, and connections that end, one after the other: more than that is a misconfiguration.
constexpr int kMostTries = 8;

using Reaction = ServerError::Reaction;

Refused unavailable(std::string text) {
  return Refused(StoreFailure(StoreFailure::Kind::unavailable, std::move(text)));
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
Task<Answered> ask_importing(std::shared_ptr<Link> link, Command command, Clock::Steady deadline) {
  Command asking;
  asking.wire = command.asking();
  asking.replies = 2 * command.replies;
  Answered answered = co_await link->ask(std::move(asking), deadline);
  keep_every_other(answered.replies);
  answered.command = std::move(command);
  co_return answered;
}

// One command on its way: where it goes next, and what the replies mean.
class Errand {
 public:
  using Outcome = Result<std::vector<Reply>, Refused>;

  Errand(Servers& servers, std::string_view key, std::string_view what, Command command,
         Clock::Steady deadline)
      : servers_(servers), key_(key), what_(what), command_(std::move(command)), deadline_(deadline) {}

  [[nodiscard]] std::shared_ptr<Link> link() {
    return next_ ? std::exchange(next_, nullptr) : servers_.of(key_);
  }

  [[nodiscard]] Task<Answered> ask(std::shared_ptr<Link> link) {
    if (std::exchange(asking_, false)) return ask_importing(std::move(link), std::move(command_), deadline_);
    return link->ask(std::move(command_), deadline_);
  }

  // The outcome; nullopt: try again.
  [[nodiscard]] std::optional<Outcome> judge(Answered answered, Link& link) {
    command_ = std::move(answered.command);
    if (answered.failure) return no_answer(*answered.failure, link);
    if (const Reply* bad = first_error(answered.replies)) return refused(read_error(bad->text, what_), link);
    if (command_.sound(answered.replies)) return Outcome(std::move(answered.replies));
    link.renew("it answered something else than it was asked");
    return Outcome(unavailable(link.server() + ": its answers were mixed up"));
  }

  [[nodiscard]] bool wants_pause() { return std::exchange(pause_, false); }
  [[nodiscard]] Outcome give_up() const { return unavailable(last_); }

 private:
  std::optional<Outcome> no_answer(const CallFailure& failure, const Link& link) {
    servers_.suspect();
    last_ = failure.reason;
    if (may_repeat(failure.kind) && somebody_to_ask(failure.kind, link)) return std::nullopt;
    return Outcome(unavailable(last_));
  }

  // Nothing of it was executed, or that would do no harm.
  [[nodiscard]] bool may_repeat(CallFailure::Kind kind) const {
    if (kind == CallFailure::Kind::not_sent) return true;
    return kind == CallFailure::Kind::lost && command_.repeat == Command::Repeat::harmless;
  }

  // A link that was stopped has left the cluster: another one has its slots. One that can't connect has not
  // sent anything, and will fail again at once.
  static bool somebody_to_ask(CallFailure::Kind kind, const Link& link) {
    if (link.state() == Link::State::stopped) return true;
    const bool alive = link.state() == Link::State::connecting || link.state() == Link::State::up;
    return alive && kind == CallFailure::Kind::lost;
  }

  std::optional<Outcome> refused(const ServerError& error, Link& link) {
    last_ = link.server() + ": " + error.sentence;
    switch (error.reaction) {
      case Reaction::fail:
        servers_.suspect();
        return Outcome(unavailable(last_));
      case Reaction::full:
        return Outcome(Refused(StoreFailure(StoreFailure::Kind::full, last_)));
      case Reaction::script:
      case Reaction::foreign:
        return Outcome(Refused(StoreFailure(StoreFailure::Kind::unavailable, last_), error.reaction));
      case Reaction::reconnect:
        return connect_anew(error, link);
      case Reaction::again:
        pause_ = true;
        return std::nullopt;
      case Reaction::moved:
      case Reaction::ask:
        return pass_on(error, link);
    }
    return Outcome(unavailable(last_));
  }

  // A server that has been the wrong one since it was found will not become the right one by asking around at
  // every request.
  std::optional<Outcome> connect_anew(const ServerError& error, Link& link) {
    servers_.suspect();
    if (link.age() < Link::kYoung) return Outcome(unavailable(last_));
    link.renew(error.sentence);
    return std::nullopt;
  }

  std::optional<Outcome> pass_on(const ServerError& error, const Link& link) {
    next_ = servers_.redirected(error, link);
    if (!next_) return Outcome(unavailable(last_ + "; is store.redis.topology right?"));
    asking_ = error.reaction == Reaction::ask;
    return std::nullopt;
  }

  Servers& servers_;
  std::string_view key_;
  std::string_view what_;
  Command command_;
  Clock::Steady deadline_;
  std::shared_ptr<Link> next_;  // nullptr: the one that has the key
  bool asking_ = false;
  bool pause_ = false;
  std::string last_;  // why the last try failed
};

}  // namespace

RedisClient::RedisClient(const Executor& executor, std::shared_ptr<const RedisSetup> setup)
    : servers_(Servers::make(executor, std::move(setup))) {}

Task<Result<std::vector<Reply>, Refused>> RedisClient::call(std::string_view key, std::string_view what,
                                                            Command command, Clock::Steady deadline) {
  Errand errand(*servers_, key, what, std::move(command), deadline);
  for (int tries = 0; tries < kMostTries; ++tries) {
    std::shared_ptr<Link> link = errand.link();
    if (!link) {
      auto found = co_await servers_->find_out(deadline);
      if (!found) co_return unavailable(found.error().why);
      link = errand.link();
      if (!link) co_return unavailable("no node of the cluster has the key's slot");
    }
    Answered answered = co_await errand.ask(link);
    auto outcome = errand.judge(std::move(answered), *link);
    if (outcome) co_return std::move(*outcome);
    if (errand.wants_pause()) co_await pause(kAgain);
    if (system_clock().steady_now() >= deadline) break;
  }
  co_return errand.give_up();
}

}  // namespace session
