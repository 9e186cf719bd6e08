#include "core/store/redis/judgement.h"

namespace session {
namespace {

using Next = Judgement::Next;
using Reaction = ServerError::Reaction;
using State = ConnectMachine::State;

CommandError failed(StoreFailure::Kind kind, std::string text, Reaction reaction = Reaction::fail) {
  return CommandError(StoreFailure(kind, std::move(text)), reaction);
}

// The server has executed nothing of it, or executing it twice does no harm.
bool may_repeat(CallFailure::Kind kind, Command::Retry retry) {
  if (kind == CallFailure::Kind::not_sent) return true;
  return kind == CallFailure::Kind::lost && retry == Command::Retry::safe;
}

// A connection that was stopped has left the cluster: another one has its slots. One that can't connect has
// sent nothing, and would fail again at once.
bool has_server_to_ask(CallFailure::Kind kind, State state) {
  if (state == State::stopped) return true;
  const bool alive = state == State::connecting || state == State::up;
  return alive && kind == CallFailure::Kind::lost;
}

}  // namespace

Judgement judge_failure(const CallFailure& failure, Command::Retry retry, const AskedConnection& asked) {
  Judgement judgement;
  judgement.refresh = true;
  judgement.error = failed(StoreFailure::Kind::unavailable, failure.reason);
  if (may_repeat(failure.kind, retry) && has_server_to_ask(failure.kind, asked.state))
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
      judgement.error = failed(StoreFailure::Kind::unavailable, text, error.reaction);
      break;
    case Reaction::reconnect:
      judgement.refresh = true;
      // A server that was the wrong one as soon as it was found is not looked for again at every request.
      if (asked.age < ConnectMachine::kYoung) break;
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
  return judgement;
}

Judgement judge_mixed_up(const AskedConnection& asked) {
  Judgement judgement;
  judgement.error =
      failed(StoreFailure::Kind::unavailable, std::string(asked.server) + ": its answers were mixed up");
  judgement.renew = "it answered something else than it was asked";
  return judgement;
}

}  // namespace session
