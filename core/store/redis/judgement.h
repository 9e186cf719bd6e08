#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "core/store/redis/connection/call_queue.h"
#include "core/store/redis/connection/connect.h"
#include "core/store/redis/resp/server_error.h"
#include "core/store/store.h"

namespace session {

// Why a command was not executed, for the store to branch on.
struct CommandError {
  CommandError() = default;
  explicit CommandError(StoreFailure f, ServerError::Reaction r = ServerError::Reaction::fail)
      : failure(std::move(f)), reaction(r) {}
  StoreFailure failure;
  ServerError::Reaction reaction =
      ServerError::Reaction::fail;  // script and foreign are the store's to handle
};

// The connection that a command was sent on, as far as judging its result needs it.
struct AskedConnection {
  std::string_view server;
  ConnectMachine::State state = ConnectMachine::State::up;
  milliseconds age{};
};

// What follows for a command that did not succeed. Deciding it needs no I/O; the client does what it says.
struct Judgement {
  enum class Next {
    fail,          // the result is `error`
    repeat,        // send it to the server that has the key then
    repeat_later,  // the same, after a short pause
    redirect,      // send it to the node that `redirection` names; if there is none, the result is `error`
  };
  Next next = Next::fail;
  CommandError error;      // also the result when there is no time for another try
  bool refresh = false;    // the servers may have changed roles: the topology asks them again
  std::string renew = {};  // why the connection ends and is made again; empty: it stays
  ServerError redirection = {};
};

// The command has no replies.
[[nodiscard]] Judgement judge_failure(const CallFailure& failure, Command::Retry retry,
                                      const AskedConnection& asked);
// One of its replies is an error.
[[nodiscard]] Judgement judge_error(const ServerError& error, const AskedConnection& asked);
// Its replies are not of the kinds that it asks for: they are another command's.
[[nodiscard]] Judgement judge_mixed_up(const AskedConnection& asked);

}  // namespace session
