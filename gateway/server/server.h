#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/basic_signal_set.hpp>
#include <boost/asio/io_context.hpp>

#include "gateway/backends/store_backend.h"
#include "gateway/config/load.h"
#include "gateway/config/settings.h"
#include "gateway/endpoints/table.h"
#include "gateway/realm/config_snapshot.h"
#include "gateway/server/background_load.h"
#include "gateway/server/fd_budget.h"
#include "gateway/server/systemd/notify.h"
#include "gateway/server/worker.h"
#include "gateway/telemetry/worker_telemetry.h"
#include "gateway/transport/acceptor.h"
#include "gateway/transport/listener.h"

namespace session::gateway {

// Where the configuration comes from, to be read again at a reload.
struct ConfigSource {
  std::string file;              // its name, for messages
  std::function<Loaded()> load;  // empty: there is no file, and nothing to reload
};

// From now on a SIGHUP waits until there is a Server: a file that changes while it is being read for the
// first time is read again. REQUIRES: called before the process has threads, which would take the signal
// otherwise.
void hold_reload_signal();

// The whole daemon: store, workers, listeners. The thread that calls run() accepts connections, does the
// store's housekeeping and waits for signals; requests are the workers' work.
class Server {
 public:
  // Binds all listeners, or takes over those of the service manager if it has passed some. Throws
  // std::exception if one of them, or the store, can't be had. REQUIRES: settings of with_ephemeral_keys().
  // The telemetry outlives it, and has no endpoints and no store registered yet.
  Server(Settings settings, ConfigSource source, Telemetry& telemetry);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Serves until SIGTERM or SIGINT, then finishes what is in flight (limits.request_deadline at most, and
  // what the store's own deadlines take) and returns. SIGHUP reloads the configuration: all of it, for every
  // request that begins from one moment on, or nothing; and opens the file of the audit anew in any case.
  void run();

 private:
  [[nodiscard]] Log& log() const { return telemetry_.log(); }
  [[nodiscard]] bool assign(const AcceptedSocket& socket);
  Task<void> wait_for_stop();
  Task<void> wait_for_reload();
  Task<void> maintain_store();
  Task<void> send_heartbeats();
  Task<void> reload();
  Task<bool> try_reload();
  // What to serve by from now on; nullptr, and the log says why: nothing changes.
  Task<std::shared_ptr<const ConfigSnapshot>> read_again();
  // Which of `loaded` can be served, as read_again() says.
  [[nodiscard]] std::shared_ptr<const ConfigSnapshot> accepted(Loaded loaded) const;
  Task<bool> prepare(std::shared_ptr<const ConfigSnapshot> next);
  [[nodiscard]] std::size_t connections() const;
  [[nodiscard]] std::string status() const;
  void listen();
  void stop_accepting();

  // First what registers with the telemetry, then what counts in it.
  Telemetry& telemetry_;
  const EndpointTable endpoints_;
  StoreBackend store_;
  WorkerTelemetry own_telemetry_;  // of the thread that calls run()
  ConfigSource source_;
  BackgroundLoad load_;
  std::shared_ptr<const ConfigSnapshot> config_;
  std::atomic<std::uint64_t> generation_;  // what the workers follow
  std::uint64_t last_prepared_;            // no generation is prepared twice
  bool refused_ = false;                   // the last reload
  FdBudget fd_budget_;
  std::size_t most_connections_;
  std::shared_ptr<CacheBudget> cache_budget_;
  ServiceManager service_manager_;
  boost::asio::io_context loop_;
  // From the start on: a signal that comes before anybody waits for it counts all the same.
  boost::asio::basic_signal_set<Executor> stop_signals_;
  boost::asio::basic_signal_set<Executor> reload_signal_;
  std::vector<Listener> listeners_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<std::unique_ptr<Acceptor>> acceptors_;
};

}  // namespace session::gateway
