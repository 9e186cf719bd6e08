#include "gateway/backends/store_health.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/base/escape.h"

namespace session::gateway {

void StoreHealth::hear(const RedisEvent& event, std::thread::id worker, Clock::Steady now) {
  const std::lock_guard lock(mutex_);
  Connections& of_worker = workers_[worker];
  switch (event.kind) {
    case RedisEvent::Kind::connected:
      if (of_worker.contains(event.server)) ++reconnects_;
      if (master_.empty()) master_ = event.server;
      return put(of_worker, event, State::up, now);
    case RedisEvent::Kind::lost:
      return put(of_worker, event, State::connecting, now);
    case RedisEvent::Kind::down:
      ++outages_;
      return put(of_worker, event, State::down, now);
    case RedisEvent::Kind::moved:
      // Every worker reports the same failover, so only the first report counts.
      if (std::exchange(master_, event.server) != event.server) ++failovers_;
      return put(of_worker, event, State::connecting, now);
    case RedisEvent::Kind::left:
      of_worker.erase(event.server);
      return;
    case RedisEvent::Kind::announced:
    case RedisEvent::Kind::unannounced:
      return;
  }
}

bool StoreHealth::is_news(const RedisEvent& event, Clock::Steady now) {
  constexpr std::chrono::minutes kQuiet(10);
  constexpr std::size_t kMaxTold = 4096;
  const std::lock_guard lock(mutex_);
  if (told_.size() >= kMaxTold) told_.clear();
  const auto [at, is_first] = told_.try_emplace({event.server, event.kind}, Told{event.reason, now});
  if (is_first) return true;
  if (at->second.reason == event.reason && now - at->second.at < kQuiet) return false;
  at->second = Told{event.reason, now};
  return true;
}

// Without a cluster a worker has one connection, so an event of another server replaces its entry.
void StoreHealth::put(Connections& of_worker, const RedisEvent& event, State state, Clock::Steady now) {
  const bool only_one = topology_ != RedisTopology::cluster;
  const auto before = only_one ? of_worker.begin() : of_worker.find(event.server);
  const bool goes_on =
      before != of_worker.end() && (before->second.state == State::up) == (state == State::up);
  const Clock::Steady since = goes_on ? before->second.since : now;
  if (only_one) of_worker.clear();
  of_worker[event.server] = Connection{state, since};
}

RedisReport StoreHealth::report() const {
  const std::lock_guard lock(mutex_);
  RedisReport report;
  report.reconnects = reconnects_;
  report.outages = outages_;
  report.failovers = failovers_;
  report.too_large = too_large_.load(std::memory_order_relaxed);
  for (const auto& [worker, connections] : workers_) {
    std::size_t down = 0;
    for (const auto& [server, connection] : connections) {
      report.up += connection.state == State::up ? 1 : 0;
      report.connecting += connection.state == State::connecting ? 1 : 0;
      down += connection.state == State::down ? 1 : 0;
    }
    report.down += down;
    report.cut_off = report.cut_off || (down > 0 && down == connections.size());
  }
  return report;
}

// Returns, for each server, the worst state that a worker reports, and of equal ones the longest.
StoreHealth::Connections StoreHealth::worst_of_each() const {
  Connections servers;
  for (const auto& [worker, connections] : workers_) {
    for (const auto& [server, connection] : connections) {
      const auto [at, first] = servers.emplace(server, connection);
      Connection& worst = at->second;
      if (connection.state == worst.state) worst.since = std::min(worst.since, connection.since);
      if (connection.state > worst.state) worst = connection;
    }
  }
  return servers;
}

std::string StoreHealth::summary(Clock::Steady now) const {
  const std::lock_guard lock(mutex_);
  const Connections servers = worst_of_each();
  if (servers.empty()) return "redis: not contacted yet";
  const auto worst = std::max_element(servers.begin(), servers.end(), [](const auto& a, const auto& b) {
    return a.second.state < b.second.state;
  });
  const auto up = std::count_if(servers.begin(), servers.end(),
                                [](const auto& each) { return each.second.state == State::up; });
  const std::string of_several =
      servers.size() == 1 ? "" : fmt::format("redis: {} of {} servers up", up, servers.size());
  if (worst->second.state == State::up && servers.size() > 1) return of_several;
  std::string line = of_several.empty() ? "" : of_several + "; ";
  line += fmt::format("redis {}: ", printable(worst->first));
  if (worst->second.state == State::up) return line + "up";
  if (worst->second.state == State::connecting) return line + "connecting";
  const auto since = std::chrono::duration_cast<seconds>(now - worst->second.since).count();
  return line + fmt::format("unreachable for {} s", since);
}

}  // namespace session::gateway
