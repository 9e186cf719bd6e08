#pragma once

#include <memory>
#include <optional>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "gateway/config/settings.h"
#include "gateway/metrics/metrics.h"
#include "gateway/server/acceptor.h"
#include "gateway/server/listener.h"
#include "gateway/server/worker.h"
#include "gateway/store/store_in_use.h"

namespace session::gateway {

// The whole daemon: store, workers, listeners. The thread that calls run() accepts connections, does the
// store's housekeeping and waits for signals; requests are the workers' work.
class Server {
 public:
  // Binds all listeners. Throws std::runtime_error if one of them, or the store, can't be had. REQUIRES:
  // settings with keys and salt; the settings outlive the server.
  explicit Server(const Settings& settings);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Serves until SIGTERM or SIGINT, then finishes what is in flight (limits.request_deadline at most) and
  // returns.
  void run();

 private:
  [[nodiscard]] bool place(int descriptor, int family);
  Task<void> wait_for_signal();
  Task<void> keep_store();
  void stop_accepting();

  const Settings& settings_;
  Metrics metrics_;
  StoreInUse store_;
  boost::asio::io_context loop_;
  std::vector<Listener> listeners_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<std::unique_ptr<Acceptor>> acceptors_;
};

}  // namespace session::gateway
