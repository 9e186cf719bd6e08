#include "gateway/server/server.h"

#include <algorithm>
#include <csignal>
#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include "core/base/await.h"
#include "gateway/config/listen_address.h"
#include "gateway/server/systemd/sockets.h"
#include "gateway/telemetry/metrics/metrics.h"

namespace session::gateway {
namespace {

// A worker prepares a configuration between two turns of its loop. One that takes longer than this hangs.
constexpr seconds kPrepareDeadline{5};
constexpr milliseconds kStatusEvery{5000};

// Blocks or unblocks SIGHUP (SIG_BLOCK, SIG_UNBLOCK) for this thread and the threads that it starts later.
void mask_reload_signal(int how) {
  sigset_t reload;
  sigemptyset(&reload);
  sigaddset(&reload, SIGHUP);
  ::pthread_sigmask(how, &reload, nullptr);
}

std::size_t worker_count(const Settings& settings) {
  return settings.workers.value_or(std::max(1U, std::thread::hardware_concurrency()));
}

}  // namespace

Server::Server(Settings settings, ConfigSource source, Telemetry& telemetry)
    : telemetry_(telemetry),
      endpoints_(telemetry),
      store_(make_store(settings, telemetry,
                        [this](const std::string& status) { service_manager_.starting(status); })),
      own_telemetry_(telemetry),
      reader_(std::move(source)),
      listeners_(listen(settings)),
      config_(std::make_shared<const ConfigSnapshot>(std::move(settings), 1, addresses())),
      generation_(config_->generation),
      last_prepared_(config_->generation),
      fd_budget_(worker_count(config_->settings)),
      most_connections_(fd_budget_.room_for(config_->settings.limits.connections, log())),
      cache_budget_(std::make_shared<CacheBudget>(config_->settings.limits.remembered)),
      loop_(1),
      reloads_(loop_.get_executor()),
      control_(loop_.get_executor(), reloads_, log()),
      stop_signals_(loop_.get_executor(), SIGTERM, SIGINT),
      reload_signal_(loop_.get_executor(), SIGHUP) {
  telemetry_.metrics().set_workers(worker_count(config_->settings));
  telemetry_.metrics().set_cache_budget(cache_budget_);
  const WorkerShared shared{telemetry_, endpoints_, store_, generation_, cache_budget_};
  for (std::size_t i = 0; i < worker_count(config_->settings); ++i)
    workers_.push_back(std::make_unique<Worker>(shared, config_));
  for (std::size_t i = 0; i < listeners_.size(); ++i) {
    acceptors_.push_back(std::make_unique<Acceptor>(
        listeners_[i], i, [this](const AcceptedSocket& socket) { return assign(socket); },
        loop_.get_executor(), own_telemetry_));
  }
  mask_reload_signal(SIG_UNBLOCK);  // a pending signal is delivered to reload_signal_
}

Server::~Server() = default;

void hold_reload_signal() { mask_reload_signal(SIG_BLOCK); }

std::vector<Listener> Server::listen(const Settings& settings) const {
  std::vector<Listener> listeners;
  for (const int descriptor : sockets_from_service_manager()) listeners.emplace_back(descriptor);
  const std::vector<Listen> wanted = all_listeners(settings);
  if (listeners.empty()) {
    for (const Listen& where : wanted) listeners.emplace_back(where);
    return listeners;
  }
  for (Listener& listener : listeners) {
    for (const Listen& where : wanted) {
      if (listener.name() == listener_address(where)) listener.set_protocol(protocol_of(where));
    }
  }
  const auto was_passed = [&](const Listen& where) {
    return std::any_of(listeners.begin(), listeners.end(),
                       [&](const Listener& listener) { return listener.name() == listener_address(where); });
  };
  const bool all_passed = std::all_of(settings.listen.begin(), settings.listen.end(), was_passed);
  if (settings.lines.contains("listen") && !all_passed)
    log().warn("ignoring listen: the service manager has passed {} sockets", listeners.size());
  if (const auto admin = admin_listener(settings); admin && !was_passed(*admin)) {
    log().warn(
        "ignoring admin.unix: the service manager has passed {} sockets without it "
        "(session-gateway-admin.socket makes it)",
        listeners.size());
  }
  for (const Listen& where : settings.listen) {
    const auto* socket = std::get_if<ListenUnix>(&where);
    if (socket == nullptr || !socket->group || !was_passed(where)) continue;
    log().warn("ignoring the group of {}: the service manager made this socket (SocketGroup= of its unit)",
               listener_address(where));
  }
  return listeners;
}

std::vector<std::string> Server::addresses() const {
  std::vector<std::string> addresses;
  for (const Listener& listener : listeners_) addresses.push_back(listener.name());
  return addresses;
}

std::size_t Server::connections() const {
  std::size_t total = 0;
  for (const auto& worker : workers_) total += worker->connections();
  return total;
}

// Assigns a connection to the worker with the fewest. nginx keeps connections for long, so only their number
// spreads them evenly.
Placed Server::assign(const AcceptedSocket& socket) {
  const std::size_t now = connections();
  if (now >= most_connections_) {
    if (!assign_for_idle(socket, {})) return Placed::nowhere;
    return now - most_connections_ < FdBudget::kWaitingForRoom - 1 ? Placed::at_once : Placed::waits_for_room;
  }
  const auto least = std::min_element(workers_.begin(), workers_.end(), [](const auto& a, const auto& b) {
    return a->connections() < b->connections();
  });
  own_telemetry_.count(Count::connection_accepted);
  (*least)->adopt(socket);
  return Placed::at_once;
}

// At the limit: the worker whose connection has been idle for longest ends that and takes the new one. Its
// connection may have become busy until it does, or yield to an earlier one of a burst; then the next worker
// is asked.
bool Server::assign_for_idle(const AcceptedSocket& socket, std::vector<const Worker*> asked) const {
  Worker* with_longest = nullptr;
  std::optional<Clock::Steady> longest;
  for (const auto& worker : workers_) {
    const auto since = worker->idle_since();
    if (!since || (longest && *longest <= *since)) continue;
    if (std::find(asked.begin(), asked.end(), worker.get()) != asked.end()) continue;
    longest = since;
    with_longest = worker.get();
  }
  if (with_longest == nullptr) return false;
  asked.push_back(with_longest);
  with_longest->adopt_for_idle(socket, [this, asked = std::move(asked)](const AcceptedSocket& passed_on) {
    return assign_for_idle(passed_on, asked);
  });
  return true;
}

Task<void> Server::wait_for_stop() {
  const auto [error, number] = co_await stop_signals_.async_wait(kAwaitTuple);
  if (error) co_return;
  service_manager_.stopping();
  log().info("stopping on signal {}: finishing the requests in flight", number);
  stop_accepting();
  loop_.stop();
}

Task<void> Server::wait_for_reload() {
  for (;;) {
    const auto [error, number] = co_await reload_signal_.async_wait(kAwaitTuple);
    if (error) co_return;
    reloads_.ask();
  }
}

// Returns whether all workers have prepared the configuration. None of them uses it before generation_
// changes.
Task<bool> Server::prepare(std::shared_ptr<const ConfigSnapshot> next) {
  last_prepared_ = next->generation;
  const auto missing = std::make_shared<std::size_t>(workers_.size());
  const auto timer = std::make_shared<SteadyTimer>(loop_.get_executor());
  timer->expires_after(kPrepareDeadline);
  for (const auto& worker : workers_) {
    worker->prepare(next, [this, missing, timer] {
      boost::asio::post(loop_, [missing, timer] {
        if (--*missing == 0) timer->cancel();
      });
    });
  }
  (void)co_await timer->async_wait(kAwaitTuple);
  co_return *missing == 0;
}

Task<bool> Server::try_reload(ReloadReport& report) {
  try {
    auto settings = co_await reader_.read(config_->settings, report);
    if (!settings) co_return false;
    const auto next =
        std::make_shared<const ConfigSnapshot>(std::move(*settings), last_prepared_ + 1, addresses());
    const bool prepared = co_await prepare(next);
    if (!prepared) {
      report.error("a worker does not answer");
      co_return false;
    }
    most_connections_ = fd_budget_.room_for(next->settings.limits.connections, log());
    config_ = next;
    cache_budget_->set_max(next->settings.limits.remembered);
    generation_.store(next->generation, std::memory_order_release);
    log().change(next->settings.log);
    co_return true;
  } catch (const std::exception& exception) {
    report.error("the configuration can't be used: {}", exception.what());
  }
  co_return false;
}

Task<ReloadOutcome> Server::reload() {
  service_manager_.reloading();
  log().reopen();  // even if the configuration is rejected
  ReloadReport report(log());
  ReloadOutcome outcome;
  outcome.reloaded = co_await try_reload(report);
  outcome.generation = config_->generation;
  outcome.lines = report.take();
  refused_ = !outcome.reloaded;
  telemetry_.metrics().config_reloaded(outcome.reloaded, outcome.generation, system_clock().unix_now());
  if (outcome.reloaded) {
    log().info("reloaded {}: generation {} of the configuration is in use", reader_.file(),
               outcome.generation);
  } else {
    log().error("reload failed: generation {} of the configuration stays in use", outcome.generation);
  }
  service_manager_.status(status());
  service_manager_.ready();
  co_return outcome;
}

Task<void> Server::maintain_store() {
  SteadyTimer timer(loop_.get_executor());
  while (store_.maintenance) {
    timer.expires_after(store_.maintenance());
    const auto [error] = co_await timer.async_wait(kAwaitTuple);
    if (error) co_return;
  }
}

// Sends keep-alives while all workers respond. If a worker hangs, they stop, and the service manager restarts
// the daemon. A store that does not answer has no such effect, because a restart would lose the requests in
// progress and the sessions in memory.
Task<void> Server::send_heartbeats() {
  const auto watchdog = ServiceManager::watchdog();
  const auto every = watchdog ? std::clamp(std::chrono::duration_cast<milliseconds>(*watchdog / 4),
                                           milliseconds(1), kStatusEvery)
                              : kStatusEvery;
  SteadyTimer timer(loop_.get_executor());
  for (std::uint64_t heartbeat = 0;;) {
    const bool alive = std::all_of(workers_.begin(), workers_.end(),
                                   [&](const auto& worker) { return worker->heartbeat() == heartbeat; });
    if (alive) {
      if (watchdog) service_manager_.alive();
      ++heartbeat;
      for (const auto& worker : workers_) worker->ask_for_heartbeat(heartbeat);
    }
    service_manager_.status(status());
    timer.expires_after(every);
    const auto [error] = co_await timer.async_wait(kAwaitTuple);
    if (error) co_return;
  }
}

std::string Server::status() const {
  return fmt::format("{}; {} connections; generation {} of the configuration{}", store_.summary(),
                     connections(), config_->generation,
                     refused_ ? "; the last reload failed, see the log" : "");
}

void Server::stop_accepting() {
  for (const auto& acceptor : acceptors_) acceptor->stop();
  for (Listener& listener : listeners_) listener.close();
}

void Server::run() {
  for (std::size_t i = 0; i < workers_.size(); ++i) workers_[i]->start(i);
  // If a task ends by an exception, the process would live on without serving. So it stops, and run() throws
  // the exception.
  std::exception_ptr failed;
  const auto ended = [this, &failed](const std::exception_ptr& exception) {
    if (!exception) return;
    failed = exception;
    loop_.stop();
  };
  boost::asio::co_spawn(loop_, wait_for_stop(), ended);
  boost::asio::co_spawn(loop_, wait_for_reload(), ended);
  boost::asio::co_spawn(loop_, reloads_.run([this] { return reload(); }), ended);
  boost::asio::co_spawn(loop_, control_.run(), ended);
  boost::asio::co_spawn(loop_, maintain_store(), ended);
  boost::asio::co_spawn(loop_, send_heartbeats(), ended);
  for (const auto& acceptor : acceptors_) boost::asio::co_spawn(loop_, acceptor->run(), ended);
  for (const Listener& listener : listeners_) {
    if (listener.protocol() == Protocol::http) {
      log().info("listening by HTTP on {}", listener.name());
    } else {
      log().info("listening on {}", listener.name());
    }
  }
  log().info("serving with {} workers", workers_.size());
  service_manager_.ready();
  // In the background: the store may come later, and until then its sessions are a 503.
  if (store_.reachable) workers_.front()->try_store();
  loop_.run();
  for (const auto& worker : workers_) worker->drain(config_->settings.limits.request_deadline);
  for (const auto& worker : workers_) worker->join();
  if (store_.close) store_.close();
  if (failed) std::rethrow_exception(failed);
  log().info("stopped");
}

}  // namespace session::gateway
