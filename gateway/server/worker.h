#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <unordered_set>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include "core/await.h"
#include "gateway/config/settings.h"
#include "gateway/endpoints/endpoint.h"
#include "gateway/fastcgi/framing.h"
#include "gateway/fastcgi/parser.h"
#include "gateway/metrics/metrics.h"

namespace session::gateway {

class Connection;

// What all workers share; all of it is immutable or thread-safe.
struct Shared {
  const Settings& settings;
  Store& store;
  std::shared_ptr<const Identity> identity;
  std::shared_ptr<const RuleBook> rules;
  Metrics& metrics;
};

// One thread with its event loop, its connections, and its own copy of everything that is not thread-safe.
//
// The functions of the first group may be called from any thread; all others from the worker's own.
class Worker {
 public:
  explicit Worker(const Shared& shared);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Starts the thread.
  void start();
  // Takes over a new, non-blocking connection.
  void adopt(int descriptor, int family);
  // How many connections it has, those on their way to it included.
  [[nodiscard]] std::size_t connections() const { return connection_count_.load(std::memory_order_relaxed); }
  // Finishes the requests under way, closes what idles, and ends the thread; after `grace` it ends
  // regardless.
  void drain(milliseconds grace);
  // Waits for the thread's end.
  void join();

  [[nodiscard]] Executor executor() { return loop_.get_executor(); }
  [[nodiscard]] FramingLimits framing_limits() const;
  [[nodiscard]] Parser& parser() { return parser_; }
  // Memory to receive into, valid until the next coroutine runs.
  [[nodiscard]] std::string& scratch() { return scratch_; }
  [[nodiscard]] Clock::Steady now() const { return system_clock().steady_now(); }
  [[nodiscard]] bool draining() const { return draining_; }

  Task<Response> respond(const Request& request);

  void opened(Connection& connection);
  void closed(Connection& connection);
  // Sees to it that connections whose request takes longer than the deadline are closed, a quarter later at
  // most.
  void watch_deadlines();

 private:
  [[nodiscard]] std::unique_ptr<Connection> take(int descriptor, int family);
  void check_deadlines();
  void run_in_background(Task<void> task);
  void stop_when_done();

  const Settings& settings_;
  Metrics& metrics_;
  boost::asio::io_context loop_;
  boost::asio::executor_work_guard<Executor> work_;
  SteadyTimer deadline_timer_;
  bool watching_ = false;
  bool draining_ = false;
  Clock::Steady drain_until_{};
  std::string scratch_;
  Parser parser_;
  SessionManager sessions_;
  std::shared_ptr<const RuleBook> rules_;
  Services services_;
  std::unordered_set<Connection*> open_;
  std::atomic<std::size_t> connection_count_ = 0;
  std::size_t background_ = 0;
  std::thread thread_;
};

}  // namespace session::gateway
