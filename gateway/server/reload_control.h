#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include "core/base/await.h"
#include "gateway/server/reload.h"
#include "gateway/telemetry/log/log.h"

namespace session::gateway {

// The gateway's end of the control socket (control_socket.h). Not thread-safe: belongs to the loop of its
// executor.
class ReloadControl {
 public:
  // Opens the socket. If that is not possible, the log says so, and nobody can ask: SIGHUP still reloads.
  // `queue` and `log` must outlive the loop.
  ReloadControl(const Executor& executor, ReloadQueue& queue, Log& log);

  // Answers whoever asks, until the loop ends.
  Task<void> run();

 private:
  using Protocol = boost::asio::local::stream_protocol;
  using Socket = boost::asio::basic_stream_socket<Protocol, Executor>;

  void open();
  Task<void> serve(std::shared_ptr<Socket> socket);

  ReloadQueue& queue_;
  Log& log_;
  boost::asio::basic_socket_acceptor<Protocol, Executor> acceptor_;
  std::size_t open_ = 0;  // connections
};

}  // namespace session::gateway
