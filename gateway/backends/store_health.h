#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "core/base/clock.h"
#include "core/store/redis/connection/options.h"

namespace session::gateway {

// The state of all workers' connections to Redis at one moment.
struct RedisReport {
  std::size_t up = 0;          // connections that answer
  std::size_t connecting = 0;  // connections that are being made
  std::size_t down = 0;        // connections that failed, or hang: their commands fail fast
  std::uint64_t reconnects = 0;
  std::uint64_t outages = 0;
  std::uint64_t failovers = 0;
  std::uint64_t too_large = 0;  // loads of records that were not returned because of their size
  bool cut_off = false;         // a worker can't reach any server that it needs
};

// Tracks the workers' connections to Redis by the events that they report. Thread-safe.
//
// Each worker has one connection, or with a cluster one to each node that it has used. One worker connects at
// start (Worker::try_store), the others when a request needs it. Until an attempt has ended there is no
// event, and the report shows no problem.
class StoreHealth {
 public:
  explicit StoreHealth(RedisTopology topology) : topology_(topology) {}

  // Records an event of a connection of `worker`. REQUIRES: each worker has its own thread, which lives as
  // long as this object.
  void hear(const RedisEvent& event, std::thread::id worker, Clock::Steady now);

  // Whether a message about an event of announcements says something new: not the same of that server within
  // some minutes, from whichever worker.
  [[nodiscard]] bool is_news(const RedisEvent& event, Clock::Steady now);

  // Counts a record that was not returned because of its size.
  void count_too_large() { too_large_.fetch_add(1, std::memory_order_relaxed); }

  [[nodiscard]] RedisReport report() const;
  // Returns one line for the operator: "redis 10.0.0.7:6379: up", "redis 10.0.0.7:6379: unreachable for 12
  // s".
  [[nodiscard]] std::string summary(Clock::Steady now) const;

 private:
  enum class State { up, connecting, down };
  struct Connection {
    State state = State::connecting;
    Clock::Steady since{};  // the time of the last change between up and not up
  };
  using Connections = std::map<std::string, Connection>;  // by server

  void put(Connections& of_worker, const RedisEvent& event, State state, Clock::Steady now);
  [[nodiscard]] Connections worst_of_each() const;

  const RedisTopology topology_;
  mutable std::mutex mutex_;
  std::map<std::thread::id, Connections> workers_;
  std::string master_;  // the master of the last failover, or else the first server that was connected
  struct Told {
    std::string reason;
    Clock::Steady at{};
  };
  std::map<std::pair<std::string, RedisEvent::Kind>, Told> told_;  // by server and kind
  std::uint64_t reconnects_ = 0;
  std::uint64_t outages_ = 0;
  std::uint64_t failovers_ = 0;
  std::atomic<std::uint64_t> too_large_ = 0;
};

}  // namespace session::gateway
