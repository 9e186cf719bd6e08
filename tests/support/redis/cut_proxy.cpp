#include "tests/support/redis/cut_proxy.h"

#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>
#include <thread>
#include <utility>

namespace session::test {

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

void CutProxy::cut() {
  const std::lock_guard lock(mutex_);
  for (Link* link : links_) end(*link);
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
  // In a black hole there is no server.
  Link link{client, swallows() ? -1 : connect_to(server_)};
  const bool connected = link.server >= 0;
  if (!connected && !swallows()) return;
  {
    const std::lock_guard lock(mutex_);
    links_.push_back(&link);
  }
  {
    std::jthread back;
    if (connected) back = std::jthread([this, &link] { bring_back(link); });
    forward(link);
  }
  const std::lock_guard lock(mutex_);
  links_.remove(&link);
  if (connected) close(link.server);
}

void CutProxy::forward(Link& link) {
  for (std::string bytes; !(bytes = receive(link.client)).empty();) {
    if (!pass_on(link, bytes)) break;
  }
  const std::lock_guard lock(mutex_);
  end(link);
}

bool CutProxy::pass_on(const Link& link, const std::string& bytes) {
  {
    const std::lock_guard lock(mutex_);
    if (swallowing_) swallowed_ += bytes.size();
    if (swallowing_) return true;
  }
  return send_all(link.server, bytes);
}

void CutProxy::bring_back(Link& link) {
  for (bool open = true; open;) {
    const std::string bytes = receive(link.server);
    if (!wait_for_release(link, bytes) || bytes.empty()) break;
    if (swallows()) continue;
    mutex_.lock();
    const bool split = splitting_;
    mutex_.unlock();
    open = split ? send_one_by_one(link.client, bytes) : send_all(link.client, bytes);
  }
  const std::lock_guard lock(mutex_);
  end(link);
}

// False if the connection is cut.
bool CutProxy::wait_for_release(const Link& link, const std::string& bytes) {
  std::unique_lock lock(mutex_);
  held_ += bytes.size();
  changed_.wait(lock, [&] { return !holding_ || link.cut; });
  held_ -= bytes.size();
  return !link.cut;
}

// Wakes whoever reads, writes or waits for it. With the mutex held.
void CutProxy::end(Link& link) {
  link.cut = true;
  shutdown(link.client, SHUT_RDWR);
  if (link.server >= 0) shutdown(link.server, SHUT_RDWR);
  changed_.notify_all();
}

}  // namespace session::test
