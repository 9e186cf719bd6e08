#include "gateway/server/server.h"

#include <algorithm>
#include <thread>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_signal_set.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "gateway/log/log.h"

namespace session::gateway {
namespace {

constexpr auto kAwaitTuple = boost::asio::as_tuple(kAwait);

// Little at a time, as this thread also accepts: about a millisecond's work, and soon more of it while there is more.
constexpr std::size_t kSweepMost = 500;
constexpr milliseconds kSweepAgain{5};
constexpr milliseconds kSweepEvery{1000};

std::size_t worker_count(const Settings& settings) {
  return settings.workers.value_or(std::max(1U, std::thread::hardware_concurrency()));
}

}  // namespace

Server::Server(const Settings& settings) : settings_(settings), store_(settings.memory), loop_(1) {
  for (const Listen& where : settings.listen) listeners_.emplace_back(where);
  const Shared shared{settings_, store_, std::make_shared<const Identity>(settings.identity),
                      std::make_shared<const RuleBook>(settings.rules)};
  for (std::size_t i = 0; i < worker_count(settings); ++i) workers_.push_back(std::make_unique<Worker>(shared));
  for (const Listener& listener : listeners_) {
    acceptors_.push_back(std::make_unique<Acceptor>(
        listener, [this](int descriptor, int family) { return place(descriptor, family); }, loop_.get_executor()));
  }
}

Server::~Server() = default;

// To the worker with the fewest: kept connections live long, so that only counting spreads them evenly.
bool Server::place(int descriptor, int family) {
  std::size_t total = 0;
  Worker* least = nullptr;
  for (const auto& worker : workers_) {
    total += worker->connections();
    if (least == nullptr || worker->connections() < least->connections()) least = worker.get();
  }
  if (total >= settings_.limits.connections) return false;
  least->adopt(descriptor, family);
  return true;
}

Task<void> Server::wait_for_signal() {
  boost::asio::basic_signal_set<Executor> signals(loop_.get_executor(), SIGTERM, SIGINT);
  const auto [error, number] = co_await signals.async_wait(kAwaitTuple);
  if (error) co_return;
  spdlog::info("stopping on signal {}: finishing what is in flight", number);
  stop_accepting();
  loop_.stop();
}

Task<void> Server::sweep_store() {
  boost::asio::basic_waitable_timer<std::chrono::steady_clock, boost::asio::wait_traits<std::chrono::steady_clock>,
                                    Executor>
      timer(loop_.get_executor());
  for (;;) {
    const bool more = store_.sweep(kSweepMost) == kSweepMost;
    timer.expires_after(more ? kSweepAgain : kSweepEvery);
    const auto [error] = co_await timer.async_wait(kAwaitTuple);
    if (error) co_return;
  }
}

void Server::stop_accepting() {
  for (const auto& acceptor : acceptors_) acceptor->stop();
  for (Listener& listener : listeners_) listener.close();
}

void Server::run() {
  for (const auto& worker : workers_) worker->start();
  boost::asio::co_spawn(loop_, wait_for_signal(), boost::asio::detached);
  boost::asio::co_spawn(loop_, sweep_store(), boost::asio::detached);
  for (const auto& acceptor : acceptors_) boost::asio::co_spawn(loop_, acceptor->run(), boost::asio::detached);
  for (const Listener& listener : listeners_) spdlog::info("listening on {}", listener.name());
  spdlog::info("serving with {} workers", workers_.size());
  loop_.run();
  for (const auto& worker : workers_) worker->drain(settings_.limits.request_deadline);
  for (const auto& worker : workers_) worker->join();
  spdlog::info("stopped");
}

}  // namespace session::gateway
