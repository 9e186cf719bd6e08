#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "core/store/redis/connection/call_queue.h"
#include "core/store/redis/connection/connect.h"
#include "core/store/redis/resp/server_error.h"
#include "core/store/store.h"

namespace session {

// Why a command has failed. The store reads `reaction`.
struct CommandError {
  CommandError() = default;
  explicit CommandError(StoreFailure f, ServerError::Reaction r = ServerError::Reaction::fail)
      : failure(std::move(f)), reaction(r) {}
  StoreFailure failure;
  // The store handles `script`, `foreign` and `apart`; the client has handled all others.
  ServerError::Reaction reaction = ServerError::Reaction::fail;
  // Whether a server has answered, if only by an error.
  bool answered = false;
};

// The facts of a command's connection that the judgement of its result needs.
struct AskedConnection {
  std::string_view server;
  ConnectMachine::State state = ConnectMachine::State::up;
  milliseconds age{};
};

// The next step for a command that did not succeed. The functions below decide it without I/O; the client
// carries it out.
struct Judgement {
  enum class Next {
    fail,          // The command fails with `error`.
    repeat,        // The client sends the command again, to the server that has the key by then.
    repeat_later,  // As repeat, after a short pause.
    redirect,      // The client sends the command to the node in `redirection`, or fails if there is none.
  };
  Next next = Next::fail;
  CommandError error;      // the result if no time for another attempt is left, too
  bool refresh = false;    // The topology asks the servers for their roles again.
  std::string renew = {};  // why the connection is closed and replaced; empty: it stays
  ServerError redirection = {};
};

// Judges a command that has no replies.
[[nodiscard]] Judgement judge_failure(const CallFailure& failure, Command::Retry retry,
                                      const AskedConnection& asked);
// Judges a command with an error reply.
[[nodiscard]] Judgement judge_error(const ServerError& error, const AskedConnection& asked);
// Judges a command whose replies have the wrong types: they belong to another command.
[[nodiscard]] Judgement judge_invalid_replies(const AskedConnection& asked);

}  // namespace session
