#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/base/task.h"
#include "core/store/redis/connection/backoff.h"
#include "core/store/redis/connection/deadline_guard.h"
#include "core/store/redis/connection/handshake.h"
#include "core/store/redis/connection/options.h"
#include "core/store/redis/connection/resolver.h"
#include "core/store/redis/connection/transport.h"
#include "core/store/redis/resp/command.h"
#include "core/store/redis/resp/reply.h"
#include "core/store/redis/resp/reply_reader.h"

namespace session {

// Why a command has no replies.
struct CallFailure {
  enum class Kind {
    not_sent,        // nothing of it left this machine: nothing has happened
    lost,            // it was sent, and no reply came: whether it was executed is not known
    protocol_error,  // it was sent, and what came makes no sense: asked again, it would break the next
                     // connection
  };
  Kind kind = Kind::not_sent;
  std::string reason;
};

// What became of a command, and the command itself, to send it again or elsewhere.
struct CommandResult {
  std::optional<CallFailure> failure;
  std::vector<Reply> replies;  // as many as the command says, if nothing failed
  Command command;
};

struct RedisConnectionOptions {
  Handshake handshake;
  std::shared_ptr<TlsContext> tls;  // nullptr: no TLS
  milliseconds connect_deadline{};
  std::size_t most_bytes = 0;                             // of a part of a reply
  std::size_t most_elements = ReplyReader::kMaxElements;  // of a reply
  std::function<void(const RedisEvent&)> on_event;
};

// One connection to one server, for one event loop: what all its coroutines ask in one turn of the loop goes
// out in one write, and the replies come back in order.
//
// Keeps itself connected from the first command on. A connection that ended, for whatever reason, is never
// used again: a reply that comes late must not be taken for another command's. While connecting, commands
// wait, each until its own deadline; once connecting has failed, or the server has stopped answering, they
// fail at once (a circuit breaker that is open), and attempts go on in the background with growing, random
// pauses. Not thread-safe: belongs to the loop of its executor.
class RedisConnection : public std::enable_shared_from_this<RedisConnection> {
 public:
  enum class State { idle, connecting, up, down, stopped };
  // A connection this new that ends, or turns out to be to the wrong server, is not made again at once.
  static constexpr milliseconds kYoung{500};
  // Says where the server is, before each attempt; takes no longer than until the time given.
  using Locate = std::function<Task<Result<RedisAddress, ConnectError>>(Clock::Steady until)>;

  RedisConnection(const Executor& executor, RedisConnectionOptions setup, Locate locate);
  ~RedisConnection();
  RedisConnection(const RedisConnection&) = delete;
  RedisConnection& operator=(const RedisConnection&) = delete;

  // Sends the command and waits for its replies, until `deadline` at most. Error replies are replies.
  Task<CommandResult> ask(Command command, Clock::Steady deadline);

  // Ends the connection and makes another: the server says that it is not the right one, say.
  void renew(std::string reason);
  // Ends it for good: what waits fails, and nothing can be asked any more.
  void stop();
  // As stop(), when the loop itself ends: nothing that waits is told.
  void abandon();

  // How long the connection has been up; 0 if it is not.
  [[nodiscard]] milliseconds age() const;
  [[nodiscard]] State state() const { return state_; }
  // Where it is or was connected.
  [[nodiscard]] const std::string& server() const { return server_; }

 private:
  // A command under way.
  struct Call {
    virtual ~Call() = default;
    virtual void complete(CommandResult answered) = 0;
    Command command;
    Clock::Steady deadline;
    std::vector<Reply> replies;
  };
  template <class Handler>
  struct CallOf;
  using Calls = std::deque<std::unique_ptr<Call>>;

  Task<CommandResult> refuse(Command command) const;
  void add(std::unique_ptr<Call> call);
  void flush();
  static Task<void> write_rest(std::shared_ptr<RedisConnection> self, std::shared_ptr<Transport> transport,
                               std::string bytes, std::size_t sent);

  // The life of the connection.
  static Task<void> maintain(std::shared_ptr<RedisConnection> self);
  Task<Result<void, ConnectError>> connect();
  Task<Result<void, ConnectError>> try_to_connect();
  Task<Result<void, ConnectError>> handshake(std::shared_ptr<Transport> transport);
  Task<CallFailure> serve();
  Task<CallFailure> read_replies(std::shared_ptr<Transport> transport);
  [[nodiscard]] bool deliver(Reply reply);
  void connected();
  void lost(const CallFailure& failure);
  void down(const std::string& why);
  Task<void> wait_to_retry();
  void tell(RedisEvent::Kind kind, const std::string& reason) const;

  void end(State then, std::string why);
  void fail_sent(CallFailure::Kind first);
  void fail_all(Calls& calls, CallFailure::Kind kind, const std::string& reason);
  void watch(Clock::Steady deadline);
  void check_deadlines();

  Executor executor_;
  RedisConnectionOptions setup_;
  Locate locate_;
  State state_ = State::idle;
  std::string reason_;       // of the outage that lasts
  std::string server_;       // the one that is tried, or connected
  std::string last_server_;  // the one that was connected last
  Backoff backoff_;
  std::shared_ptr<Resolver> resolver_;
  std::shared_ptr<Transport> transport_;
  std::unique_ptr<ReplyReader> reader_;
  Calls waiting_;  // not sent
  Calls sent_;     // without a whole reply
  Clock::Steady up_since_{};
  bool flush_posted_ = false;
  bool writing_ = false;
  bool told_down_ = false;  // of this outage
  bool useful_ = false;     // the connection has answered something
  bool lasted_ = false;     // and was not young any more when it ended
  std::string ending_;      // why this side ends the connection
  std::string out_;
  SteadyTimer pause_timer_;
  SteadyTimer deadline_timer_;
  std::optional<Clock::Steady> watched_;
};

}  // namespace session
