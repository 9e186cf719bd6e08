#include "core/store/redis/connection/connect.h"

#include <utility>

namespace session {

using EventKind = RedisEvent::Kind;

bool ConnectMachine::on_command() {
  if (state_ != State::idle) return false;
  state_ = State::connecting;
  return true;
}

ConnectMachine::Action ConnectMachine::on_attempt_timeout(std::string why) {
  Action action;
  ending_ = std::move(why);
  if (state_ == State::connecting) open_circuit(ending_, action);
  return action;
}

ConnectMachine::Action ConnectMachine::on_connect_failed(const std::string& why) {
  Action action;
  open_circuit(why, action);
  action.pause = backoff_.next();
  return action;
}

ConnectMachine::Action ConnectMachine::on_connected(Clock::Steady now) {
  Action action;
  state_ = State::up;
  reported_down_ = false;
  reason_.clear();
  up_since_ = now;
  const bool other_server = !last_server_.empty() && server_ != last_server_;
  last_server_ = server_;
  if (other_server) action.events.push_back(event(EventKind::moved, {}));
  action.events.push_back(event(EventKind::connected, {}));
  return action;
}

ConnectMachine::Action ConnectMachine::on_lost(Clock::Steady now, bool answered, const std::string& why) {
  Action action;
  reason_ = server_ + ": " + why;
  const bool stable = answered && now - up_since_ >= kMinStable;
  action.events.push_back(event(EventKind::lost, why));
  if (state_ == State::up) state_ = State::connecting;
  if (state_ == State::down) open_circuit(why, action);
  // The pause prevents a tight loop of connects to a server that accepts connections but sends no valid
  // reply.
  if (stable) backoff_.reset();
  if (!stable) action.pause = backoff_.next();
  return action;
}

void ConnectMachine::open_circuit(const std::string& why, Action& action) {
  reason_ = server_.empty() ? why : server_ + ": " + why;
  state_ = State::down;
  if (!std::exchange(reported_down_, true)) action.events.push_back(event(EventKind::down, why));
  action.fail_unsent = true;
}

bool ConnectMachine::end(State then, std::string why) {
  if (state_ != State::up) return false;
  state_ = then;
  ending_ = std::move(why);
  return true;
}

ConnectMachine::Action ConnectMachine::stop() {
  Action action;
  state_ = State::stopped;
  reason_ = "it is not asked any more";
  ending_ = reason_;
  if (!server_.empty()) action.events.push_back(event(EventKind::left, reason_));
  return action;
}

RedisEvent ConnectMachine::event(EventKind kind, const std::string& why) const {
  return RedisEvent{kind, server_, why};
}

milliseconds ConnectMachine::age(Clock::Steady now) const {
  if (state_ != State::up) return milliseconds(0);
  return std::chrono::duration_cast<milliseconds>(now - up_since_);
}

}  // namespace session
