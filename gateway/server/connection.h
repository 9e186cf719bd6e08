#pragma once

#include <memory>
#include <optional>
#include <string>

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/generic/stream_protocol.hpp>

#include "core/clock.h"
#include "core/task.h"
#include "gateway/fastcgi/assembler.h"
#include "gateway/http/response.h"

namespace session::gateway {

class Worker;

// One FastCGI connection on one worker: receives, has each request answered, sends, until either side is
// done.
//
// Requests of a connection are answered one after the other. Runs on its worker's thread only. Alive while
// its coroutine runs.
class Connection {
 public:
  using Socket = boost::asio::basic_stream_socket<boost::asio::generic::stream_protocol, Executor>;

  // REQUIRES: the socket is connected and non-blocking; `is_unix` says whether it is a Unix socket.
  Connection(Worker& worker, Socket socket, bool is_unix);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Serves a connection until its end. Never throws.
  static Task<void> run(std::unique_ptr<Connection> connection);

  // Since when a request is under way (from its first byte to its answer's last); nullopt while the
  // connection idles.
  [[nodiscard]] const std::optional<Clock::Steady>& busy_since() const { return busy_since_; }
  // Ends the connection now, whatever it is doing. Whether that was news: false if it was closed before, or
  // has had its refusal and only waits for the peer's end.
  bool close();
  // Whether it has not brought a request yet. Its first one is on the way, so also a worker that drains waits
  // for it.
  [[nodiscard]] bool fresh() const { return fresh_; }
  // Ends the wait of a connection that idles while the worker drains: it answers what was sent before that,
  // and ends.
  void finish();

 private:
  // What a read brought.
  enum class Received { bytes, nothing_yet, end };

  Task<void> serve();
  // Whether the worker drains and no request has begun, so that nothing is waited for any more.
  [[nodiscard]] bool finishing() const;
  // Waits for bytes and receives into the worker's scratch memory; empty at the end of the stream.
  Task<std::string_view> receive();
  [[nodiscard]] Received try_receive(std::string_view& bytes);
  // True: go on with the next request.
  Task<bool> answer();
  Task<bool> send(std::string_view bytes);
  Task<void> refuse_too_large();
  void set_busy(bool busy);

  Worker& worker_;
  Socket socket_;
  Assembler assembler_;
  std::optional<Clock::Steady> busy_since_;
  bool fresh_ = true;
  const bool unix_;
  bool refused_ = false;
};

}  // namespace session::gateway
