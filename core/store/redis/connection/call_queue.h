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
    not_sent,        // no byte of it was sent: the server has not executed it
    lost,            // it was sent, and no reply came: whether it was executed is not known
    protocol_error,  // it was sent, and what came is no valid reply: a repetition would end the next
                     // connection as well
  };
  Kind kind = Kind::not_sent;
  std::string reason;
};

// The result of a command, and the command itself, so that it can be sent again or elsewhere.
struct CommandResult {
  std::optional<CallFailure> failure;
  std::vector<Reply> replies;  // as many as the command says, if nothing failed
  Command command;
};

// Whether something that arrived is a push, which no command asked for, and no reply. RESP2 marks pushes by
// their content only (["message", channel, payload] on a connection that has subscribed).
using PushClassifier = bool (*)(const Reply& arrived);

// The commands of one connection: those that wait to be sent, and those that were sent and whose replies are
// due, in the order in which they went out. Decides what each arrival, deadline and loss means for them, and
// returns that; the caller acts. No I/O, no clock, no events. Not thread-safe.
class CallQueue {
 public:
  // A command under way. The caller of the queue derives from it to complete the command.
  struct Call {
    virtual ~Call() = default;
    virtual void complete(CommandResult result) = 0;
    Command command;
    Clock::Steady deadline;
    std::vector<Reply> replies;
  };
  using CallPtr = std::unique_ptr<Call>;

  // What an arrival means.
  struct Continue {};  // nothing yet: the command needs more replies
  struct Complete {    // the first command that was sent has all its replies
    CallPtr call;
  };
  struct Push {  // no command's: for the push handler
    Reply push;
  };
  struct ProtocolError {  // the connection must end
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
    bool server_is_late = false;        // a command that was sent has no reply: end the connection
    std::optional<Clock::Steady> next;  // when to call on_deadline() again; nullopt: nothing is due
  };

  // nullptr: whatever arrives is a reply.
  explicit CallQueue(PushClassifier is_push = nullptr) : is_push_(is_push) {}

  // The command waits to be sent. True: the timer must be set to its deadline, which is the earliest now.
  [[nodiscard]] bool add(CallPtr call);
  [[nodiscard]] bool has_unsent() const { return !unsent_.empty(); }
  // Appends all commands that wait to `out`; their replies are due from now on.
  void send_all(std::string& out);

  // A connection begins: it has not answered anything yet.
  void on_connected() { answered_ = false; }
  // Whether this connection has answered at least one command, in part at least.
  [[nodiscard]] bool has_answered() const { return answered_; }

  // Something whole has arrived: a push, if the classifier says so, or else a reply.
  [[nodiscard]] Arrival on_arrival(Reply arrived) {
    return is_push_ != nullptr && is_push_(arrived) ? on_push(std::move(arrived))
                                                    : on_reply(std::move(arrived));
  }
  // The next reply, which belongs to the first command that was sent. An error reply is a reply.
  [[nodiscard]] Arrival on_reply(Reply reply);
  // A push leaves the commands as they are.
  [[nodiscard]] static Arrival on_push(Reply push) { return Push{std::move(push)}; }
  // All that came was read, and ends within a reply or push. An error if nothing may come now. With a
  // classifier it could be a push, which is judged when it is whole.
  [[nodiscard]] std::optional<ProtocolError> on_half_reply() const;

  [[nodiscard]] Expired on_deadline(Clock::Steady now);

  // The connection has ended. What made it end was meant for the first command that was sent, so that one
  // fails with `first`; those behind it are lost. What waits to be sent goes on waiting.
  [[nodiscard]] FailedCalls on_lost(CallFailure::Kind first);
  // No connection can be made: what waits to be sent fails.
  [[nodiscard]] FailedCalls on_down();
  // Nothing will be sent any more: all commands fail.
  [[nodiscard]] FailedCalls on_stopped();
  // The event loop ends: the commands are destroyed without a result.
  void abandon();

 private:
  using Calls = std::deque<CallPtr>;

  PushClassifier is_push_;
  Calls unsent_;
  Calls sent_;  // and without all replies
  std::optional<Clock::Steady> timer_at_;
  bool answered_ = false;
};

}  // namespace session
