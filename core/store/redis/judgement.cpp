#include "core/store/redis/judgement.h"

namespace session {
namespace {

using Next = Judgement::Next;
using Reaction = ServerError::Reaction;
using State = ConnectMachine::State;

CommandError failed(StoreFailure::Kind kind, std::string text, Reaction reaction = Reaction::fail) {
  return CommandError(StoreFailure(kind, std::move(text)), reaction);
}

// A command may be sent again if the server has not executed it, or if executing it twice does no harm.
bool may_repeat(CallFailure::Kind kind, Command::Retry retry) {
  if (kind == CallFailure::Kind::not_sent) return true;
  return kind == CallFailure::Kind::lost && retry == Command::Retry::safe;
}

// A stopped connection led to a node that has left the cluster: another node has its slots now. A connection
// whose circuit is open would fail the command again at once.
bool has_next_server(CallFailure::Kind kind, State state) {
  if (state == State::stopped) return true;
  const bool alive = state == State::connecting || state == State::up;
  return alive && kind == CallFailure::Kind::lost;
}

}  // namespace

Judgement judge_failure(const CallFailure& failure, Command::Retry retry, const AskedConnection& asked) {
  Judgement judgement;
  judgement.refresh = true;
  judgement.error = failed(StoreFailure::Kind::unavailable, failure.reason);
  if (may_repeat(failure.kind, retry) && has_next_server(failure.kind, asked.state))
    judgement.next = Next::repeat;
  return judgement;
}

Judgement judge_error(const ServerError& error, const AskedConnection& asked) {
  Judgement judgement;
  const std::string text = std::string(asked.server) + ": " + error.sentence;
  judgement.error = failed(StoreFailure::Kind::unavailable, text);
  switch (error.reaction) {
    case Reaction::fail:
      judgement.refresh = true;
      break;
    case Reaction::full:
      judgement.error = failed(StoreFailure::Kind::full, text);
      break;
    case Reaction::script:
    case Reaction::foreign:
    case Reaction::apart:
      judgement.error = failed(StoreFailure::Kind::unavailable, text, error.reaction);
      break;
    case Reaction::reconnect:
      judgement.refresh = true;
      // A young connection is kept: otherwise each request would connect again to a server that is wrong from
      // the start.
      if (asked.age < ConnectMachine::kMinStable) break;
      judgement.renew = error.sentence;
      judgement.next = Next::repeat;
      break;
    case Reaction::again:
      judgement.next = Next::repeat_later;
      break;
    case Reaction::moved:
    case Reaction::ask:
      judgement.next = Next::redirect;
      judgement.redirection = error;
      break;
  }
  judgement.error.answered = true;
  return judgement;
}

Judgement judge_invalid_replies(const AskedConnection& asked) {
  Judgement judgement;
  judgement.error =
      failed(StoreFailure::Kind::unavailable, std::string(asked.server) + ": its answers were mixed up");
  judgement.renew = "it answered something else than it was asked";
  return judgement;
}

}  // namespace session
