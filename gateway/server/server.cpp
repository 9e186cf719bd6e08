#include "gateway/server/server.h"

#include <sys/resource.h>

#include <algorithm>
#include <thread>

#include <boost/asio/basic_signal_set.hpp>
#include <boost/asio/co_spawn.hpp>

#include "core/await.h"
#include "gateway/log/log.h"

namespace session::gateway {
namespace {

// Connections, and what the process has open besides them: an event loop and the servers of a store each
// worker.
void allow_descriptors(std::size_t connections, std::size_t workers) {
  const rlim_t wanted = connections + 128 + 32 * workers;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted) return;
  limit.rlim_cur = std::min(wanted, limit.rlim_max);
  ::setrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur < wanted) {
    spdlog::warn("only {} files may be open: fewer than limits.connections ({}) need", limit.rlim_cur,
                 connections);
  }
}

std::size_t worker_count(const Settings& settings) {
  return settings.workers.value_or(std::max(1U, std::thread::hardware_concurrency()));
}

}  // namespace

Server::Server(const Settings& settings)
    : settings_(settings), store_(make_store(settings, &metrics_.store_observer())), loop_(1) {
  metrics_.set_store_report(store_.report);
  metrics_.set_workers(worker_count(settings));
  allow_descriptors(settings.limits.connections, worker_count(settings));
  for (const Listen& where : settings.listen) listeners_.emplace_back(where);
  const Shared shared{settings_, *store_.store, std::make_shared<const Identity>(settings.identity),
                      std::make_shared<const RuleBook>(settings.rules), metrics_};
  for (std::size_t i = 0; i < worker_count(settings); ++i)
    workers_.push_back(std::make_unique<Worker>(shared));
  for (const Listener& listener : listeners_) {
    acceptors_.push_back(std::make_unique<Acceptor>(
        listener, [this](int descriptor, int family) { return place(descriptor, family); },
        loop_.get_executor()));
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
  Tallies::here().count(Count::connection_accepted);
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

Task<void> Server::keep_store() {
  SteadyTimer timer(loop_.get_executor());
  while (store_.upkeep) {
    timer.expires_after(store_.upkeep());
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
  // What ends by an exception here would leave a process that looks alive and serves nobody: stop, and say
  // why.
  std::exception_ptr failed;
  const auto ended = [this, &failed](const std::exception_ptr& exception) {
    if (!exception) return;
    failed = exception;
    loop_.stop();
  };
  boost::asio::co_spawn(loop_, wait_for_signal(), ended);
  boost::asio::co_spawn(loop_, keep_store(), ended);
  for (const auto& acceptor : acceptors_) boost::asio::co_spawn(loop_, acceptor->run(), ended);
  for (const Listener& listener : listeners_) spdlog::info("listening on {}", listener.name());
  spdlog::info("serving with {} workers", workers_.size());
  loop_.run();
  for (const auto& worker : workers_) worker->drain(settings_.limits.request_deadline);
  for (const auto& worker : workers_) worker->join();
  if (failed) std::rethrow_exception(failed);
  spdlog::info("stopped");
}

}  // namespace session::gateway
