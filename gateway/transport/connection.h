#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include <boost/intrusive/list.hpp>

#include "core/base/clock.h"
#include "core/base/task.h"
#include "gateway/transport/codec.h"
#include "gateway/transport/connection_host.h"
#include "gateway/transport/connection_socket.h"

namespace session::gateway {

// One connection on one thread, of whatever protocol its codec speaks: receives, has the host answer each
// request, sends, until either side ends it.
//
// Requests of a connection are answered one after the other. A connection that ends with its answer lingers:
// the sending side is shut down, and what the peer still sends is read and dropped until the peer has closed,
// for kLinger at most. Closed at once, a peer that writes after its request would get EPIPE, or a reset, and
// could drop the answer unread.
//
// Runs on its host's thread only. Lives as long as its coroutine runs.
class Connection
    : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  // How long a connection lingers, and how much it reads meanwhile.
  static constexpr milliseconds kLinger{1000};
  static constexpr std::size_t kMaxLingerBytes = std::size_t{4} << 20;

  // REQUIRES: the socket is connected and non-blocking; `is_unix` says whether it is a Unix socket, and
  // `listener` which listener (AcceptedSocket) has accepted it. The host outlives the connection.
  Connection(ConnectionHost& host, ConnectionSocket socket, std::unique_ptr<Codec> codec, bool is_unix,
             std::size_t listener = 0);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Serves a connection until its end. Never throws.
  static Task<void> run(std::unique_ptr<Connection> connection);

  // Since when a request is under way (from its first byte to its answer's last); nullopt while the
  // connection idles.
  [[nodiscard]] const std::optional<Clock::Steady>& busy_since() const { return busy_since_; }
  // Ends the connection now, whatever it is doing. Returns false if that changes nothing for the peer: the
  // connection was closed before, or its request was refused and it only waits for the peer's end.
  bool close();
  // Whether no request has come yet. A peer connects in order to send one, so a host that drains waits for
  // it.
  [[nodiscard]] bool awaiting_first_request() const { return awaiting_first_request_; }
  // Looks whether the peer has ended the connection. To be called now and then while it idles, since doing so
  // after every request would cost a system call each. Returns whether to call again.
  [[nodiscard]] bool probe_peer();
  // Ends the wait of a connection that idles while the host drains. The connection answers what was sent
  // before, and ends.
  void finish();

  // While the connection idles: since when; the epoch while it lingers, since nobody misses it then.
  [[nodiscard]] Clock::Steady idle_since() const { return idle_since_; }
  // Ends a connection that idles or lingers so that another one can take its place. Returns false, and leaves
  // it open, if something has come on it: it is not idle then. Nothing that the peer has sent is lost.
  [[nodiscard]] bool yield();

  // How long it may idle (Codec::idle_limit).
  [[nodiscard]] std::optional<milliseconds> idle_limit() const { return codec_->idle_limit(); }

  // Whether the connection lingers.
  [[nodiscard]] bool lingers() const { return lingers_; }
  // Reads what the peer of a connection that lingers has sent, and closes it at the peer's end, or if it has
  // lingered for long enough, or if it `must_end`. Returns whether to call again.
  [[nodiscard]] bool check_linger(Clock::Steady time, bool must_end);

 private:
  // What a read brought.
  enum class Received { bytes, nothing_yet, end };
  // Whether everything that has come was received, so that the socket reports what comes next. A short read
  // makes that likely; but a peer's end that came together with the bytes was reported with them.
  enum class Drained { no, likely, likely_for_a_while, surely };

  Task<void> serve();
  // Whether the host drains and no request has begun, so that the connection waits for nothing any more.
  [[nodiscard]] bool finishing() const;
  // After a wait for bytes. False: the connection has failed.
  [[nodiscard]] bool is_woken(const boost::system::error_code& error);
  // Waits for bytes and receives them into the host's scratch memory; empty at the end of the stream.
  Task<std::string_view> receive();
  [[nodiscard]] Received try_receive(std::string_view& bytes);
  // Appends the codec's answer to what it wants sent anyway.
  [[nodiscard]] std::string answer(const Response& response);
  // Sends what the socket takes at once, and removes it from `bytes`. False: it takes nothing any more.
  [[nodiscard]] bool send_now(std::string_view& bytes);
  Task<bool> send(std::string_view bytes);
  Task<void> refuse();
  // After the last answer: waits for the peer's end.
  Task<void> linger();
  void set_busy(bool busy);
  void log_protocol_error() const;

  ConnectionHost& host_;
  ConnectionSocket socket_;
  const std::unique_ptr<Codec> codec_;
  const std::size_t listener_;
  std::optional<Clock::Steady> busy_since_;
  Clock::Steady idle_since_{};
  Clock::Steady linger_until_{};
  std::size_t dropped_ = 0;  // bytes, while it lingered
  bool awaiting_first_request_ = true;
  Drained drained_ = Drained::no;
  unsigned reads_in_turn_ = 0;
  bool probing_ = false;  // probe_peer() has ended the wait
  const bool unix_;
  bool refused_ = false;
  bool lingers_ = false;
  bool yields_ = false;  // ends like one whose host drains
};

}  // namespace session::gateway
