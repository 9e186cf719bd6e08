#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/clock.h"
#include "core/store/redis/resp/command.h"
#include "core/store/redis/resp/reply.h"

namespace session {

// Why a command has no replies.
struct CallFailure {
  enum class Kind {
    not_sent,        // No byte of the command was sent: the server has not executed it.
    lost,            // The command was sent and got no reply: whether it was executed is unknown.
    protocol_error,  // The command was sent and got an invalid reply: a repetition would end the next
                     // connection, too.
  };
  Kind kind = Kind::not_sent;
  std::string reason;
};

// The result of a command, and the command itself, so that it can be sent again or elsewhere.
struct CommandResult {
  std::optional<CallFailure> failure;
  std::vector<Reply> replies;  // Command::replies of them, unless the command failed
  Command command;
};

// Returns true if an arrival is a push, a message that the server sends without a command, and not a reply.
// RESP2 marks pushes by their content only (["message", channel, payload] on a connection that has
// subscribed).
using PushClassifier = bool (*)(const Reply& arrived);

// The commands of one connection in two queues: the unsent ones, and the sent ones whose replies are due, in
// the order of sending. Decides what each arrival, deadline and loss means for the commands, and returns that
// as a value; the caller acts on it. Does no I/O, reads no clock, emits no events. Not thread-safe.
class CallQueue {
 public:
  // A pending command. The user of the queue derives from this to receive the result.
  struct Call {
    virtual ~Call() = default;
    virtual void complete(CommandResult result) = 0;
    Command command;
    Clock::Steady deadline;
    std::vector<Reply> replies;
  };
  using CallPtr = std::unique_ptr<Call>;

  // What an arrival means.
  struct Continue {};  // The command needs more replies.
  struct Complete {    // The first command that was sent has all its replies.
    CallPtr call;
  };
  struct Push {  // The arrival belongs to no command; the push handler gets it.
    Reply push;
  };
  struct ProtocolError {  // The caller must close the connection.
    std::string_view reason;
  };
  using Arrival = std::variant<Continue, Complete, Push, ProtocolError>;

  // A command that has failed.
  struct Failed {
    CallPtr call;
    CallFailure::Kind kind;
  };
  using FailedCalls = std::vector<Failed>;

  // What a deadline means.
  struct Expired {
    FailedCalls unsent;                 // commands that could not be sent in time
    bool server_is_late = false;        // A sent command has no reply: the caller closes the connection.
    std::optional<Clock::Steady> next;  // when to call on_deadline() again; nullopt: no command is pending
  };

  // With nullptr every arrival is a reply.
  explicit CallQueue(PushClassifier is_push = nullptr) : is_push_(is_push) {}

  // Appends an unsent command. Returns true if its deadline is the earliest one: the caller then sets the
  // timer to it.
  [[nodiscard]] bool add(CallPtr call);
  [[nodiscard]] bool has_unsent() const { return !unsent_.empty(); }
  // Appends all unsent commands to `out`. Their replies are due from now on.
  void send_all(std::string& out);

  // A connection begins, which has answered no command yet.
  void on_connected() { answered_ = false; }
  // Returns true if at least one reply has arrived on this connection.
  [[nodiscard]] bool has_answered() const { return answered_; }

  // Handles a complete arrival: a push if the classifier says so, else a reply.
  [[nodiscard]] Arrival on_arrival(Reply arrived) {
    return is_push_ != nullptr && is_push_(arrived) ? on_push(std::move(arrived))
                                                    : on_reply(std::move(arrived));
  }
  // Handles a reply, which belongs to the first command that was sent. Error replies are replies, too.
  [[nodiscard]] Arrival on_reply(Reply reply);
  // Handles a push, which changes no command.
  [[nodiscard]] static Arrival on_push(Reply push) { return Push{std::move(push)}; }
  // The received bytes end with a part of a reply or a push. That is an error if no reply is due. With a
  // classifier the part may be a push; on_arrival() decides about it when it is complete.
  [[nodiscard]] std::optional<ProtocolError> on_half_reply() const;

  [[nodiscard]] Expired on_deadline(Clock::Steady now);

  // The connection has ended. The first command that was sent fails with `first`, because the event that
  // ended the connection was its reply; the sent commands behind it are lost. Unsent commands keep waiting.
  [[nodiscard]] FailedCalls on_lost(CallFailure::Kind first);
  // The connection can't be made: the unsent commands fail.
  [[nodiscard]] FailedCalls on_down();
  // The connection is stopped for good: all commands fail.
  [[nodiscard]] FailedCalls on_stopped();
  // Destroys all commands without a result, because the event loop ends.
  void abandon();

 private:
  using Calls = std::deque<CallPtr>;

  PushClassifier is_push_;
  Calls unsent_;
  Calls sent_;  // those whose replies are incomplete
  std::optional<Clock::Steady> timer_at_;
  bool answered_ = false;
};

}  // namespace session
