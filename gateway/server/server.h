#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/basic_signal_set.hpp>
#include <boost/asio/io_context.hpp>

#include "gateway/backends/store_backend.h"
#include "gateway/config/settings.h"
#include "gateway/endpoints/table.h"
#include "gateway/realm/config_snapshot.h"
#include "gateway/server/fd_budget.h"
#include "gateway/server/reload.h"
#include "gateway/server/reload_control.h"
#include "gateway/server/systemd/notify.h"
#include "gateway/server/worker.h"
#include "gateway/telemetry/worker_telemetry.h"
#include "gateway/transport/acceptor.h"
#include "gateway/transport/listener.h"

namespace session::gateway {

// Blocks SIGHUP until there is a Server, so that a file that changes during its first read is read again.
// REQUIRES: the process has no other threads yet, because one of those could receive the signal.
void hold_reload_signal();

// The whole daemon: store, workers, listeners. The thread that calls run() accepts connections, maintains the
// store and waits for signals; workers serve the requests.
class Server {
 public:
  // Makes the store, which may read a file of sessions for some seconds, and then binds all listeners, or
  // takes over those that the service manager has passed. Throws std::exception if a
  // listener or the store can't be opened. REQUIRES: the settings come from with_ephemeral_keys(), and the
  // telemetry has no endpoints and no store registered. The telemetry must outlive the server.
  Server(Settings settings, ConfigSource source, Telemetry& telemetry);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Serves until SIGTERM or SIGINT, then finishes the requests in progress (for at most
  // limits.request_deadline plus the store's deadlines) and returns. SIGHUP, and a request over the control
  // socket, reload the configuration, either completely, for all requests from one moment on, or not at all.
  // In both cases the audit file is opened again.
  void run();

 private:
  [[nodiscard]] Log& log() const { return telemetry_.log(); }
  [[nodiscard]] Placed assign(const AcceptedSocket& socket);
  // Hands the connection to the worker whose connection has been idle for longest, of those that were not
  // `asked` before. Returns false if none is left that has an idle one. Thread-safe.
  [[nodiscard]] bool assign_for_idle(const AcceptedSocket& socket, std::vector<const Worker*> asked) const;
  Task<void> wait_for_stop();
  Task<void> wait_for_reload();
  Task<void> maintain_store();
  Task<void> send_heartbeats();
  Task<ReloadOutcome> reload();
  // Returns whether a new configuration is in use; if not, the report says why, and nothing has changed.
  Task<bool> try_reload(ReloadReport& report);
  Task<bool> prepare(std::shared_ptr<const ConfigSnapshot> next);
  [[nodiscard]] std::size_t connections() const;
  [[nodiscard]] std::string status() const;
  [[nodiscard]] std::vector<Listener> listen(const Settings& settings) const;
  [[nodiscard]] std::vector<std::string> addresses() const;
  void stop_accepting();

  // The order matters: the members that register with the telemetry come before those that count in it.
  Telemetry& telemetry_;
  const EndpointTable endpoints_;
  ServiceManager service_manager_;  // hears while the store is made
  StoreBackend store_;
  WorkerTelemetry own_telemetry_;  // of the thread that calls run()
  ConfigReader reader_;
  std::vector<Listener> listeners_;
  std::shared_ptr<const ConfigSnapshot> config_;
  std::atomic<std::uint64_t> generation_;  // the generation that the workers use
  std::uint64_t last_prepared_;            // so that no generation is prepared twice
  bool refused_ = false;                   // whether the last reload failed
  FdBudget fd_budget_;
  std::size_t most_connections_;
  std::shared_ptr<CacheBudget> cache_budget_;
  boost::asio::io_context loop_;
  ReloadQueue reloads_;
  ReloadControl control_;
  // Constructed before run(), so that a signal that arrives earlier is not lost.
  boost::asio::basic_signal_set<Executor> stop_signals_;
  boost::asio::basic_signal_set<Executor> reload_signal_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<std::unique_ptr<Acceptor>> acceptors_;
};

}  // namespace session::gateway
