#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/store/redis/connection/backoff.h"
#include "core/store/redis/connection/options.h"

namespace session {

// The state machine of one connection. Decides when to connect and after which pause, whether commands wait
// or fail fast (a circuit breaker), and which events to emit. Returns the decisions as values; the caller
// acts on them. Does no I/O, reads no clock. Not thread-safe.
//
//   idle -> connecting -> up -> connecting (the connection was lost: commands wait while it is made again)
//                           \-> down       (the server hangs: the circuit is open, commands fail fast)
//           connecting -> down -> up       (an attempt failed: further ones go on while the circuit is open)
//   any -> stopped
class ConnectMachine {
 public:
  enum class State { idle, connecting, up, down, stopped };
  // A connection that ends at a younger age than this is made again only after a pause.
  static constexpr milliseconds kMinStable{500};

  // What the caller has to do, in this order.
  struct Action {
    std::vector<RedisEvent> events;     // Emit these.
    bool fail_unsent = false;           // Fail the unsent commands with reason().
    std::optional<milliseconds> pause;  // Wait this long before the next attempt.
  };

  // `seed` seeds the random part of the pauses.
  explicit ConnectMachine(std::uint32_t seed) : backoff_(seed) {}

  // A command was added. Returns true if it is the first: the caller then connects, and stays connected.
  [[nodiscard]] bool on_command();
  // An attempt to connect begins.
  void on_attempt() { ending_.clear(); }
  // The address of the attempt's server is known.
  void on_located(std::string server) { server_ = std::move(server); }
  // The deadline of the attempt has passed. Unsent commands fail at once; on_connect_failed() follows.
  [[nodiscard]] Action on_attempt_timeout(std::string why);
  // The attempt has failed.
  [[nodiscard]] Action on_connect_failed(const std::string& why);
  [[nodiscard]] Action on_connected(Clock::Steady now);
  // The connection has ended, for any reason. `answered`: at least one reply had arrived on it.
  [[nodiscard]] Action on_lost(Clock::Steady now, bool answered, const std::string& why);

  // The client ends the connection: renew() to connect again at once, on_server_silent() because the
  // server does not answer. Returns true if the caller must close the connection; on_lost() follows. Returns
  // false, and changes nothing, if there is no connection.
  [[nodiscard]] bool renew(std::string why) { return end(State::connecting, std::move(why)); }
  [[nodiscard]] bool on_server_silent() { return end(State::down, "no answer in time"); }
  [[nodiscard]] Action stop();
  // Emits no more events, because the event loop ends.
  void abandon() { state_ = State::stopped; }

  [[nodiscard]] State state() const { return state_; }
  // True if commands fail at once, with reason().
  [[nodiscard]] bool fails_fast() const { return state_ == State::down || state_ == State::stopped; }
  // Why the client ends the connection or the attempt; empty: it does not.
  [[nodiscard]] const std::string& ending() const { return ending_; }
  // The reason of the current outage; empty: there is none.
  [[nodiscard]] const std::string& reason() const { return reason_; }
  // The server of the attempt or the connection; empty: there was no attempt yet.
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
  std::string last_server_;  // the server of the last connection
  Clock::Steady up_since_{};
  bool reported_down_ = false;  // whether `down` was emitted in this outage
};

}  // namespace session
