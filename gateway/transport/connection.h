#pragma once

#include <memory>
#include <optional>
#include <string>

#include "core/base/clock.h"
#include "core/base/task.h"
#include "gateway/transport/connection_host.h"
#include "gateway/transport/connection_socket.h"
#include "gateway/transport/fastcgi/assembler.h"

namespace session::gateway {

// One FastCGI connection on one worker: receives, has each request answered, sends, until either side is
// done.
//
// Requests of a connection are answered one after the other. Runs on its worker's thread only. Alive while
// its coroutine runs.
class Connection {
 public:
  // REQUIRES: the socket is connected and non-blocking; `is_unix` says whether it is a Unix socket.
  Connection(ConnectionHost& host, ConnectionSocket socket, bool is_unix);
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
  [[nodiscard]] bool awaiting_first_request() const { return awaiting_first_request_; }
  // To be called now and then while the connection idles: it looks whether its peer has ended it. That is not
  // done after every request because it costs a system call. Whether to call again for that.
  [[nodiscard]] bool probe_peer();
  // Ends the wait of a connection that idles while the worker drains: it answers what was sent before that,
  // and ends.
  void finish();

 private:
  // What a read brought.
  enum class Received { bytes, nothing_yet, end };
  // Whether nothing is left to receive but what the socket will tell of. A short read makes that likely; but
  // if the peer's end came together with the bytes, it has been told already.
  enum class Drained { no, likely, likely_for_a_while, surely };

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

  ConnectionHost& host_;
  ConnectionSocket socket_;
  Assembler assembler_;
  std::optional<Clock::Steady> busy_since_;
  bool awaiting_first_request_ = true;
  Drained drained_ = Drained::no;
  unsigned reads_in_turn_ = 0;
  bool probing_ = false;  // confirm() has ended the wait
  const bool unix_;
  bool refused_ = false;
};

}  // namespace session::gateway
