#include "tests/support/redis/cut_proxy.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <utility>

#include "tests/support/redis/resp.h"

namespace session::test {
namespace {

// What a client says before it comes to its business, which is not counted.
bool concerns_keys(const std::vector<std::string>& command) {
  static constexpr std::array<std::string_view, 9> kOthers = {"AUTH", "CLIENT",   "CLUSTER", "HELLO", "INFO",
                                                              "PING", "READONLY", "ROLE",    "SELECT"};
  return std::find(kOthers.begin(), kOthers.end(), command.front()) == kOthers.end();
}

}  // namespace

CutProxy::CutProxy(RedisAddress server, Wire wire)
    : server_(std::move(server)), address_(place_for(wire, dir_.path())) {
  listen();
}

CutProxy::~CutProxy() {
  refuse();
  release();
  cut();
}

unsigned CutProxy::connections() const {
  const std::lock_guard lock(mutex_);
  unsigned sum = 0;
  for (const auto& listener : listeners_) sum += listener.accepted();
  return sum;
}

void CutProxy::hold() {
  const std::lock_guard lock(mutex_);
  holding_ = true;
}

void CutProxy::release() {
  const std::lock_guard lock(mutex_);
  holding_ = false;
  changed_.notify_all();
}

std::size_t CutProxy::held() const {
  const std::lock_guard lock(mutex_);
  return held_;
}

void CutProxy::split_into_bytes(bool on) {
  const std::lock_guard lock(mutex_);
  splitting_ = on;
}

void CutProxy::swallow(bool on) {
  const std::lock_guard lock(mutex_);
  swallowing_ = on;
}

std::size_t CutProxy::swallowed() const {
  const std::lock_guard lock(mutex_);
  return swallowed_;
}

bool CutProxy::swallows() const {
  const std::lock_guard lock(mutex_);
  return swallowing_;
}

void CutProxy::kill_after(std::size_t commands, Killed killed, std::function<void()> then) {
  const std::lock_guard lock(mutex_);
  kill_ = Kill{commands, killed, std::move(then)};
}

bool CutProxy::has_killed() const {
  const std::lock_guard lock(mutex_);
  return kill_ && kill_->done;
}

bool CutProxy::restore() {
  std::unique_lock lock(mutex_);
  if (!changed_.wait_for(lock, std::chrono::seconds(20), [this] { return connections_.empty(); }))
    throw std::runtime_error("a client has not gone");
  return std::exchange(kill_, std::nullopt).value_or(Kill{}).done;
}

// The server reads all that it was sent, and then the end of the stream. With the mutex held.
void CutProxy::kill() {
  kill_->done = true;
  for (RedisConnection* connection : connections_) {
    connection->cut = true;
    shutdown(connection->client, SHUT_RDWR);
    shutdown(connection->server, SHUT_WR);
  }
  kill_->then();
}

// With the mutex held, so that commands of several connections have an order.
bool CutProxy::pass_on_counted(RedisConnection& connection, const std::string& bytes) {
  connection.unread += bytes;
  while (const auto command = take_command(connection.unread)) {
    const bool counts = concerns_keys(*command);
    if (counts && kill_->commands == 0) {
      kill();
      return false;
    }
    if (!send_all(connection.server, resp_command(*command))) return false;
    if (counts && --kill_->commands == 0 && kill_->killed == Killed::before_it_was_answered) {
      kill();
      return false;
    }
  }
  return true;
}

void CutProxy::cut() {
  const std::lock_guard lock(mutex_);
  for (RedisConnection* connection : connections_) end(*connection);
}

void CutProxy::refuse() {
  const std::lock_guard lock(mutex_);
  listeners_.back().stop_accepting();
}

void CutProxy::accept() {
  refuse();
  listen();
}

void CutProxy::listen() {
  int fd = -1;
  wait_until("a place for a proxy", [&] {
    try {
      fd = listen_on(address_);
      return true;
    } catch (const std::runtime_error&) {
      return false;  // a port that somebody has taken since it was ours
    }
  });
  const std::lock_guard lock(mutex_);
  listeners_.emplace_back(fd, [this](int client) { serve(client); });
}

void CutProxy::serve(int client) {
  if (has_killed()) return;
  send_at_once(client);
  // In a black hole there is no server.
  RedisConnection connection{client, swallows() ? -1 : connect_to(server_)};
  const bool connected = connection.server >= 0;
  if (!connected && !swallows()) return;
  bool killed = false;
  {
    const std::lock_guard lock(mutex_);
    killed = kill_ && kill_->done;
    if (!killed) connections_.push_back(&connection);
  }
  if (!killed) {
    std::jthread back;
    if (connected) back = std::jthread([this, &connection] { bring_back(connection); });
    forward(connection);
  }
  const std::lock_guard lock(mutex_);
  connections_.remove(&connection);
  changed_.notify_all();
  if (connected) close(connection.server);
}

void CutProxy::forward(RedisConnection& connection) {
  for (std::string bytes; !(bytes = receive(connection.client)).empty();) {
    if (!pass_on(connection, bytes)) break;
  }
  const std::lock_guard lock(mutex_);
  if (!kill_ || !kill_->done) end(connection);
}

bool CutProxy::pass_on(RedisConnection& connection, const std::string& bytes) {
  {
    const std::lock_guard lock(mutex_);
    if (kill_) return !kill_->done && pass_on_counted(connection, bytes);
    if (swallowing_) swallowed_ += bytes.size();
    if (swallowing_) return true;
  }
  return send_all(connection.server, bytes);
}

void CutProxy::bring_back(RedisConnection& connection) {
  for (bool open = true; open;) {
    const std::string bytes = receive(connection.server);
    if (has_killed() && !bytes.empty()) continue;
    if (!wait_for_release(connection, bytes) || bytes.empty()) break;
    if (swallows()) continue;
    mutex_.lock();
    const bool split = splitting_;
    mutex_.unlock();
    open = split ? send_one_by_one(connection.client, bytes) : send_all(connection.client, bytes);
  }
  const std::lock_guard lock(mutex_);
  end(connection);
}

// False if the connection is cut.
bool CutProxy::wait_for_release(const RedisConnection& connection, const std::string& bytes) {
  std::unique_lock lock(mutex_);
  held_ += bytes.size();
  changed_.wait(lock, [&] { return !holding_ || connection.cut; });
  held_ -= bytes.size();
  return !connection.cut;
}

// Wakes whoever reads, writes or waits for it. With the mutex held.
void CutProxy::end(RedisConnection& connection) {
  connection.cut = true;
  shutdown(connection.client, SHUT_RDWR);
  if (connection.server >= 0) shutdown(connection.server, SHUT_RDWR);
  changed_.notify_all();
}

}  // namespace session::test
