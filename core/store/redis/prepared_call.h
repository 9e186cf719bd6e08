#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/store/observer.h"
#include "core/store/redis/client.h"

namespace session {

// Internal to RedisStore: the context of one call of the store. It holds the client, the key with its prefix,
// the deadline for all commands and attempts, and the report to the observer.
struct PreparedCall {
  using CallResult = Result<std::vector<Reply>, CommandError>;

  RedisClient& client;
  std::string key;
  Clock::Steady deadline;
  Observed observed;

  // `heard`: see RedisClient::call.
  [[nodiscard]] Task<CallResult> call(std::string_view what, Command command,
                                      std::shared_ptr<const Hearing>* heard = nullptr) const {
    return client.call(key, what, std::move(command), deadline, heard);
  }
  // The same for another key, with its prefix, which must outlive the task.
  [[nodiscard]] Task<CallResult> call(std::string_view other_key, std::string_view what,
                                      Command command) const {
    return client.call(other_key, what, std::move(command), deadline);
  }

  // Runs a script about a key. Sends the script's text if the server does not know its hash. `command`, which
  // makes the command by hash or by text, and the key must outlive the task.
  template <class MakeCommand>
  Task<CallResult> run(std::string_view about, const MakeCommand& command) const {
    auto called = co_await call(about, "EVALSHA", command(commands::By::hash));
    if (!called && called.error().reaction == ServerError::Reaction::script)
      called = co_await call(about, "EVAL", command(commands::By::text));
    co_return called;
  }
};

// Prepares a call on this event loop, which has a client of its own for each store.
[[nodiscard]] PreparedCall prepare_call(const std::shared_ptr<const RedisSetup>& setup,
                                        const Executor& executor, const std::string& key,
                                        StoreCommand command, StoreObserver* observer);

[[nodiscard]] inline bool is_one(const PreparedCall::CallResult& called) {
  return called->front().integer == 1;
}

// The key holds another type than the command is for.
[[nodiscard]] inline bool is_foreign(const PreparedCall::CallResult& called) {
  return !called && called.error().reaction == ServerError::Reaction::foreign;
}

}  // namespace session
