#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/store/redis/connection/backoff.h"
#include "core/store/redis/connection/options.h"

namespace session {

// Decides about the life of one connection: when to connect and after which pause, whether commands wait or
// fail fast (a circuit breaker), and which events are emitted. Returns that as values; the caller acts. No
// I/O, no clock. Not thread-safe.
//
//   idle -> connecting -> up -> connecting (the connection was lost: commands wait while it is made again)
//                           \-> down       (the server hangs: the circuit is open, commands fail fast)
//           connecting -> down -> up       (an attempt failed: further ones go on while the circuit is open)
//   any -> stopped
class ConnectMachine {
 public:
  enum class State { idle, connecting, up, down, stopped };
  // A connection that ends while it is younger than this is not made again at once.
  static constexpr milliseconds kYoung{500};

  // What the caller has to do, in this order.
  struct Action {
    std::vector<RedisEvent> events;     // emit these
    bool fail_unsent = false;           // fail the commands that wait to be sent, with reason()
    std::optional<milliseconds> pause;  // wait this long before the next attempt
  };

  // `seed` is for the random part of the pauses.
  explicit ConnectMachine(std::uint32_t seed) : backoff_(seed) {}

  // A command wants to be sent. True: begin to connect, and keep connected from now on.
  [[nodiscard]] bool on_command();
  // An attempt begins.
  void on_attempt() { ending_.clear(); }
  // It goes to this server.
  void on_located(std::string server) { server_ = std::move(server); }
  // The attempt has used up its time. Commands that wait fail now; the attempt ends a moment later.
  [[nodiscard]] Action on_attempt_timeout(std::string why);
  // The attempt has ended in vain.
  [[nodiscard]] Action on_connect_failed(const std::string& why);
  [[nodiscard]] Action on_connected(Clock::Steady now);
  // The connection has ended, for whatever reason. `answered`: it had answered a command.
  [[nodiscard]] Action on_lost(Clock::Steady now, bool answered, const std::string& why);

  // This side ends the connection: to make it again at once, or because the server hangs. True: close it;
  // on_lost() follows. False: there is no connection, and nothing changes.
  [[nodiscard]] bool renew(std::string why) { return end(State::connecting, std::move(why)); }
  [[nodiscard]] bool on_server_late() { return end(State::down, "no answer in time"); }
  [[nodiscard]] Action stop();
  // The event loop ends: there are no more events.
  void abandon() { state_ = State::stopped; }

  [[nodiscard]] State state() const { return state_; }
  // Commands fail at once, with reason().
  [[nodiscard]] bool fails_fast() const { return state_ == State::down || state_ == State::stopped; }
  // Why this side ends the connection or the attempt; empty: it does not.
  [[nodiscard]] const std::string& ending() const { return ending_; }
  // Of the outage that lasts; empty: there is none.
  [[nodiscard]] const std::string& reason() const { return reason_; }
  // The server that is tried, or connected; empty: none yet.
  [[nodiscard]] const std::string& server() const { return server_; }
  // How long the connection has been up; 0 if it is not.
  [[nodiscard]] milliseconds age(Clock::Steady now) const;

 private:
  bool end(State then, std::string why);
  void open_circuit(const std::string& why, Action& action);
  [[nodiscard]] RedisEvent event(RedisEvent::Kind kind, const std::string& why) const;

  State state_ = State::idle;
  Backoff backoff_;
  std::string ending_;
  std::string reason_;
  std::string server_;
  std::string last_server_;  // the one that was connected last
  Clock::Steady up_since_{};
  bool reported_down_ = false;  // in this outage
};

}  // namespace session
