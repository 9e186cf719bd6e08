#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/clock.h"
#include "core/store/redis/connection/send_window.h"
#include "core/store/redis/resp/command.h"
#include "core/store/redis/resp/reply.h"

namespace session {

// Why a command has no replies.
struct CallFailure {
  enum class Kind {
    not_sent,        // No byte of the command was sent: the server has not executed it.
    lost,            // The command was sent and got no reply: whether it was executed is unknown.
    late,            // As lost, but the connection stays: only this command has got no reply by its deadline.
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
//
// A sent command that is late fails, but keeps its place: replies come in the order of the commands, so its
// reply is recognised when it comes, and dropped. Therefore a server that is slow for a moment costs only the
// commands that it delays beyond their deadlines. It counts as silent, and its connection as useless, once a
// command is late and nothing has arrived for a whole period.
//
// A server that answers, but too slowly, is not sent more than it can answer in time (SendWindow). The other
// commands are held, and fail after a quarter of a period instead of at their deadlines: an answer that can't
// come in time should at least be quick.
class CallQueue {
 public:
  // A pending command. The user of the queue derives from this to receive the result.
  struct Call {
    virtual ~Call() = default;
    virtual void complete(CommandResult&& result) = 0;
    Command command;
    Clock::Steady deadline;
    std::vector<Reply> replies;
  };
  using CallPtr = std::unique_ptr<Call>;

  // Bytes that arrive count as a sign of life, but not if they complete no reply for so many periods.
  static constexpr int kMaxPeriodsWithoutReply = 10;

  // What an arrival means.
  struct Continue {};  // The command needs more replies, or was late: then nobody waits for the reply.
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
    FailedCalls held;                   // commands that were not sent, because the server answers too slowly
    FailedCalls late;                   // commands that were sent and have no reply in time
    bool server_is_silent = false;      // The caller closes the connection.
    std::optional<Clock::Steady> next;  // when to call on_deadline() again; nullopt: nothing is pending
  };

  // `period`: how long nothing arrives from a server that counts as silent; with 0 it is silent as soon as a
  // command is late. With nullptr every arrival is a reply.
  explicit CallQueue(milliseconds period, PushClassifier is_push = nullptr)
      : period_(period), is_push_(is_push), window_(period) {}

  // Appends an unsent command. Returns the time at which to call on_deadline(), if it is earlier than asked
  // for before.
  [[nodiscard]] std::optional<Clock::Steady> add(CallPtr call);
  [[nodiscard]] bool has_unsent() const { return !unsent_.empty(); }
  // The commands that were sent, whose replies are not complete.
  [[nodiscard]] std::size_t in_flight() const { return sent_.size(); }
  // Returns true if commands are held that may be sent now.
  [[nodiscard]] bool has_room_for_held() const { return holds_ && window_.room(sent_.size()) > 0; }
  // Appends the unsent commands to `out`, as many as the server may be sent. Their replies are due from now
  // on. Returns a time as add() does.
  [[nodiscard]] std::optional<Clock::Steady> send(std::string& out, Clock::Steady now);

  // A connection begins, which has answered no command yet.
  void on_connected();
  // Returns true if at least one reply has arrived on this connection.
  [[nodiscard]] bool has_answered() const { return answered_; }

  // Bytes have arrived, which may complete no reply.
  void on_bytes(Clock::Steady now) { heard_at_ = now; }
  // Handles a complete arrival: a push if the classifier says so, else a reply.
  [[nodiscard]] Arrival on_arrival(Reply&& arrived) {
    return is_push_ != nullptr && is_push_(arrived) ? on_push(std::move(arrived))
                                                    : on_reply(std::move(arrived));
  }
  // Handles a reply, which belongs to the first command that was sent. Error replies are replies, too.
  [[nodiscard]] Arrival on_reply(Reply&& reply);
  // Handles a push, which changes no command.
  [[nodiscard]] static Arrival on_push(Reply&& push) { return Push{std::move(push)}; }
  // The received bytes end with a part of a reply or a push. That is an error if no reply is due. With a
  // classifier the part may be a push; on_arrival() decides about it when it is complete.
  [[nodiscard]] std::optional<ProtocolError> on_half_reply() const;

  [[nodiscard]] Expired on_deadline(Clock::Steady now);

  // The connection has ended. The first command that was sent fails with `first`, because the event that
  // ended the connection was its reply; the sent commands behind it are lost, and all are if the first one
  // was late. Unsent commands keep waiting.
  [[nodiscard]] FailedCalls on_lost(CallFailure::Kind first);
  // The connection can't be made: the unsent commands fail.
  [[nodiscard]] FailedCalls on_down();
  // The connection is stopped for good: all commands fail.
  [[nodiscard]] FailedCalls on_stopped();
  // Destroys all commands without a result, because the event loop ends.
  void abandon();

 private:
  using Calls = std::deque<CallPtr>;
  // The place of a sent command whose replies are incomplete.
  struct Sent {
    CallPtr call;  // nullptr: it was late; its replies are dropped
    std::size_t due_replies;
  };

  // When an unsent command fails.
  [[nodiscard]] Clock::Steady send_by(const Call& call) const;
  [[nodiscard]] std::optional<Clock::Steady> sooner(Clock::Steady at);
  void expire_unsent(Clock::Steady now, Expired& expired);
  void expire_sent(Clock::Steady now, Expired& expired);
  void fail_sent(FailedCalls& failed);
  // When the server counts as silent unless something arrives.
  [[nodiscard]] Clock::Steady silent_at() const;

  milliseconds period_;
  PushClassifier is_push_;
  SendWindow window_;
  Calls unsent_;
  bool holds_ = false;  // The unsent commands wait for replies to others, and not for a connection.
  std::deque<Sent> sent_;
  std::optional<Clock::Steady> timer_at_;
  Clock::Steady heard_at_{};    // the last arrival, or the time since which replies are due
  Clock::Steady replied_at_{};  // as heard_at_, of replies only
  bool answered_ = false;
};

}  // namespace session
