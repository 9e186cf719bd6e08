#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "core/base/clock.h"
#include "core/store/redis/connection/options.h"

namespace session::gateway {

// The connections to Redis, all workers' together, at one moment.
struct RedisReport {
  std::size_t up = 0;          // connections that answer
  std::size_t connecting = 0;  // that are being made
  std::size_t down = 0;        // that can't be made, or hang: commands for them fail at once
  std::uint64_t reconnects = 0;
  std::uint64_t outages = 0;
  std::uint64_t failovers = 0;
  bool cut_off = false;  // a worker reaches none of the servers that it needs
};

// Which of the workers' connections to Redis work, made from what they tell. Thread-safe.
//
// Each worker has one connection, or with a cluster one to each node that it has needed. What nobody has
// asked for is not known: before the first request there are no connections, and nothing is amiss.
class StoreHealth {
 public:
  explicit StoreHealth(RedisTopology topology) : topology_(topology) {}

  // `worker`: whose connection it is. REQUIRES: each worker has a thread, and lives as long as this.
  void hear(const RedisEvent& event, std::thread::id worker, Clock::Steady now);

  [[nodiscard]] RedisReport report() const;
  // One line for the operator: "redis 10.0.0.7:6379: up", "redis 10.0.0.7:6379: unreachable for 12 s".
  [[nodiscard]] std::string summary(Clock::Steady now) const;

 private:
  enum class State { up, connecting, down };
  struct Connection {
    State state = State::connecting;
    Clock::Steady since{};  // when it ceased to be up; while it is up: when it came to be
  };
  using Connections = std::map<std::string, Connection>;  // by server

  void put(Connections& of_worker, const RedisEvent& event, State state, Clock::Steady now);
  [[nodiscard]] Connections worst_of_each() const;

  const RedisTopology topology_;
  mutable std::mutex mutex_;
  std::map<std::thread::id, Connections> workers_;
  std::string master_;  // the last that was connected, behind a failover or none
  std::uint64_t reconnects_ = 0;
  std::uint64_t outages_ = 0;
  std::uint64_t failovers_ = 0;
};

}  // namespace session::gateway
