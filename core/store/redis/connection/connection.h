#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/base/clock.h"
#include "core/base/task.h"
#include "core/base/timer.h"
#include "core/store/redis/connection/call_queue.h"
#include "core/store/redis/connection/connect.h"
#include "core/store/redis/connection/handshake.h"
#include "core/store/redis/connection/options.h"
#include "core/store/redis/connection/resolver.h"
#include "core/store/redis/connection/transport.h"
#include "core/store/redis/near_cache/hearing.h"
#include "core/store/redis/resp/command.h"
#include "core/store/redis/resp/reply.h"
#include "core/store/redis/resp/reply_reader.h"

namespace session {

class RedisConnection;

// Hears of the life of a connection, on its event loop. Functions must not throw.
class ConnectionListener {
 public:
  virtual ~ConnectionListener() = default;
  // The connection can be used from now on.
  virtual void on_up(RedisConnection& connection) = 0;
  // The connection that was up has ended. Another one may follow.
  virtual void on_end() = 0;
  // Other servers have taken over what this one had, as its connection's owner has found out.
  virtual void on_replaced() {}
  // The event loop ends: nothing will be heard any more.
  virtual void on_abandon() = 0;
};

struct RedisConnectionOptions {
  Handshake handshake;
  std::shared_ptr<TlsContext> tls;  // nullptr: no TLS
  milliseconds connect_deadline{};
  // How long nothing arrives from a server that counts as silent (CallQueue), which ends the connection.
  milliseconds silence{};
  std::size_t max_bytes = 0;                             // the limit for each string of a reply
  std::size_t max_elements = ReplyReader::kMaxElements;  // the limit for each reply
  RedisListener on_event;
  // Decides which arrivals are pushes; on_push gets them, in order with the replies. nullptr: there are no
  // pushes, and an arrival that belongs to no command is a protocol error. on_push must not throw.
  PushClassifier is_push = nullptr;
  std::function<void(Reply)> on_push = {};
  std::shared_ptr<ConnectionListener> listener = {};
};

// One connection to one server, for one event loop. It pipelines: all commands of one turn of the loop go out
// in one write, unless they come one by one, and the replies arrive in order. It does the I/O for the
// decisions of CallQueue and ConnectMachine.
//
// The connection is made for the first command and kept from then on. A command without a reply at its
// deadline fails, and its reply is dropped when it comes. A socket that was closed, for any reason, is never
// used again: a reply could be taken for the reply to another command. While the connection is being made,
// each command waits until its own deadline. After an attempt has failed, or the server has been silent, the
// circuit is open: commands fail fast, and attempts go on in the background
// with growing, random pauses. Not thread-safe: belongs to the loop of its executor. The clock outlives it.
class RedisConnection : public std::enable_shared_from_this<RedisConnection> {
 public:
  using State = ConnectMachine::State;
  // Returns the server's address by `until`; called before each attempt.
  using Locate = std::function<Task<Result<RedisAddress, ConnectError>>(Clock::Steady until)>;

  RedisConnection(const Executor& executor, RedisConnectionOptions setup, Locate locate, const Clock& clock);
  ~RedisConnection();
  RedisConnection(const RedisConnection&) = delete;
  RedisConnection& operator=(const RedisConnection&) = delete;

  // Sends the command and returns its replies, or the failure, by `deadline`. Error replies are replies, too.
  Task<CommandResult> ask(Command command, Clock::Steady deadline);

  // Ends the connection and makes a new one, for example because the server is no longer the master.
  void renew(std::string reason);
  // Ends the connection for good: pending commands fail, and so do all later ones.
  void stop();
  // As stop(), for the end of the event loop: pending commands get no result.
  void abandon();

  // How long the connection has been up; 0 if it is not.
  [[nodiscard]] milliseconds age() const { return machine_.age(clock_.steady_now()); }
  [[nodiscard]] State state() const { return machine_.state(); }
  // The server of the connection or of the last attempt; empty: there was no attempt yet.
  [[nodiscard]] const std::string& server() const { return machine_.server(); }
  // The same as an address.
  [[nodiscard]] const RedisAddress& address() const { return address_; }
  // Whoever has the server announce what the connection reads (Announcements) gives it this. nullptr: it does
  // not announce. A connection that has ended has none.
  [[nodiscard]] const std::shared_ptr<Hearing>& hearing() const { return hearing_; }
  void set_hearing(std::shared_ptr<Hearing> hearing) { hearing_ = std::move(hearing); }
  void tell_of_replacement() {
    if (setup_.listener) setup_.listener->on_replaced();
  }

 private:
  template <class Handler>
  struct CallOf;

  Task<CommandResult> fail_fast(Command command) const;
  void add(CallQueue::CallPtr call);
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
  [[nodiscard]] std::optional<CallFailure> deliver_replies();
  [[nodiscard]] std::optional<CallFailure> act(CallQueue::Arrival arrival);
  void tell_of_end();

  // What the machines decide.
  void emit(const ConnectMachine::Action& action);
  Task<void> wait_to_retry(std::optional<milliseconds> pause, Clock::Steady since);
  void fail(CallQueue::FailedCalls calls, const std::string& reason);
  void set_deadline_timer(Clock::Steady at);
  void check_deadlines();

  Executor executor_;
  const Clock& clock_;
  RedisConnectionOptions setup_;
  Locate locate_;
  ConnectMachine machine_;
  CallQueue queue_;
  std::shared_ptr<Resolver> resolver_;
  std::shared_ptr<Transport> transport_;
  std::unique_ptr<ReplyReader> reader_;
  RedisAddress address_;
  std::shared_ptr<Hearing> hearing_;
  bool flush_posted_ = false;
  bool one_by_one_ = true;  // The last write had one command, and nothing was in flight.
  bool writing_ = false;
  std::string out_;
  Timer pause_timer_;
  Timer deadline_timer_;
};

}  // namespace session
