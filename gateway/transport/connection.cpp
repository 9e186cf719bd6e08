#include "gateway/transport/connection.h"

#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include <boost/asio/post.hpp>

#include "core/base/await.h"
#include "gateway/http/problem.h"

namespace session::gateway {
namespace {

using Ready = boost::asio::socket_base;

// Reads in a row without a wait in between. More would let a peer that always sends keep the thread from its
// other connections and timers.
constexpr unsigned kMaxReadsInTurn = 4;

// Whether something can be received. Not at the peer's end, nor after an error.
bool has_bytes(int socket) {
  char byte = 0;
  return ::recv(socket, &byte, 1, MSG_DONTWAIT | MSG_PEEK) > 0;
}

}  // namespace

Connection::Connection(ConnectionHost& host, ConnectionSocket socket, std::unique_ptr<Codec> codec,
                       bool is_unix, std::size_t listener)
    : host_(host),
      socket_(std::move(socket)),
      codec_(std::move(codec)),
      listener_(listener),
      idle_since_(host.now()),
      unix_(is_unix) {
  host_.opened(*this);
}

Connection::~Connection() { host_.closed(*this); }

bool Connection::close() {
  const bool news = socket_.is_open() && !refused_;
  boost::system::error_code ignored;
  socket_.close(ignored);
  return news;
}

void Connection::finish() {
  boost::system::error_code ignored;
  socket_.cancel(ignored);
}

// A request that comes between the look and the close would be lost. So the receiving side of a Unix socket
// is shut down first, as at a drain: a later send fails at the peer, which can use another connection.
bool Connection::yield() {
  if (!socket_.is_open() || busy_since_) return false;
  if (!lingers_) {
    if (has_bytes(socket_.native_handle())) return false;
    if (unix_) ::shutdown(socket_.native_handle(), SHUT_RD);
    yields_ = true;
    if (has_bytes(socket_.native_handle())) {
      finish();
      return true;
    }
  }
  (void)close();
  return true;
}

bool Connection::check_linger(Clock::Steady time, bool must_end) {
  if (!socket_.is_open()) return false;
  std::string_view dropped;
  Received received = Received::bytes;
  for (unsigned i = 0; i < kMaxReadsInTurn && received == Received::bytes; ++i) {
    received = try_receive(dropped);
    dropped_ += dropped.size();
  }
  const bool over = must_end || time >= linger_until_ || dropped_ > kMaxLingerBytes;
  if (received != Received::end && !over) return true;
  (void)close();
  return false;
}

bool Connection::probe_peer() {
  if (drained_ == Drained::likely) {
    drained_ = Drained::likely_for_a_while;
    return true;
  }
  if (drained_ == Drained::likely_for_a_while) {
    probing_ = true;
    finish();
  }
  return false;
}

void Connection::set_busy(bool busy) {
  if (busy == busy_since_.has_value()) return;
  if (busy) {
    busy_since_ = host_.now();
    host_.became_busy(*this);
    host_.watch_deadlines();
  } else {
    busy_since_.reset();
    idle_since_ = host_.now();
    host_.became_idle(*this);
  }
}

Task<void> Connection::run(std::unique_ptr<Connection> connection) {
  try {
    co_await connection->serve();
  } catch (const std::exception& exception) {
    connection->host_.telemetry().log().error(
        Message::connection_failed, "a connection ended with an unexpected error: {}", exception.what());
  }
}

Task<void> Connection::serve() {
  std::string_view received;
  // The first request of a connection is usually there already.
  if (try_receive(received) == Received::nothing_yet) received = co_await receive();
  while (!received.empty()) {
    set_busy(true);
    auto outcome = codec_->feed(received);
    bool answered = false;
    while (outcome == Codec::Outcome::whole) {
      awaiting_first_request_ = false;
      const Clock::Steady since = *busy_since_;  // set with the first byte
      std::string out;
      {
        const Boxed<Response> response = co_await host_.respond(codec_->request(), since, listener_);
        out = answer(*response);
      }
      std::string_view rest = out;
      if (!send_now(rest)) co_return;
      const bool sent = rest.empty() || co_await send(rest);
      if (!sent) co_return;
      if (!codec_->keep_connection()) co_return co_await linger();
      outcome = codec_->feed({});
      answered = true;
      // The next request is measured from here, against a deadline of its own.
      if (outcome == Codec::Outcome::whole) busy_since_ = host_.now();
    }
    const std::string reply = codec_->take_reply();
    if (answered && (!codec_->idle() || !reply.empty())) busy_since_ = host_.now();
    const bool sent = reply.empty() || co_await send(reply);
    if (outcome == Codec::Outcome::refused) co_return co_await refuse();
    if (outcome == Codec::Outcome::close || !sent) {
      if (*codec_->why() != '\0') log_protocol_error();
      if (sent && !reply.empty()) co_await linger();
      co_return;
    }
    // The peer's end may have come together with a part of a request, and is reported once.
    if (codec_->idle()) {
      set_busy(false);
    } else {
      drained_ = Drained::no;
    }
    // The usual wait. Not in receive(): a coroutine that waits here keeps a frame that the next request would
    // use again.
    if (!finishing() && drained_ != Drained::no) {
      const auto [error] = co_await socket_.async_wait_readable_edge(kAwaitTuple);
      if (!is_woken(error)) co_return;
      if (!finishing() && try_receive(received) != Received::nothing_yet) continue;
    }
    received = co_await receive();
  }
}

void Connection::log_protocol_error() const {
  WorkerTelemetry& telemetry = host_.telemetry();
  telemetry.log().warn(Message::connection_protocol_error, "closed a connection that sent {}", codec_->why());
  telemetry.count(Count::connection_ended_protocol);
}

Connection::Received Connection::try_receive(std::string_view& bytes) {
  std::string& scratch = host_.scratch();
  const auto got = ::recv(socket_.native_handle(), scratch.data(), scratch.size(), MSG_DONTWAIT);
  if (got > 0) {
    bytes = std::string_view(scratch).substr(0, static_cast<std::size_t>(got));
    drained_ = bytes.size() < scratch.size() ? Drained::likely : Drained::no;
    return Received::bytes;
  }
  bytes = {};
  drained_ = got < 0 && errno == EAGAIN ? Drained::surely : Drained::no;
  const bool later = got < 0 && (errno == EAGAIN || errno == EINTR);
  return later ? Received::nothing_yet : Received::end;
}

bool Connection::is_woken(const boost::system::error_code& error) {
  if (error && !finishing() && !probing_) return false;
  probing_ = false;
  reads_in_turn_ = 0;
  return true;
}

Task<std::string_view> Connection::receive() {
  std::string_view bytes;
  for (;;) {
    if (!finishing() && drained_ != Drained::no) {
      const auto [error] = co_await socket_.async_wait_readable_edge(kAwaitTuple);
      if (!is_woken(error)) co_return std::string_view();
    } else if (++reads_in_turn_ > kMaxReadsInTurn) {
      co_await boost::asio::post(socket_.get_executor(), kAwait);
      reads_in_turn_ = 0;
    }
    // A finishing connection reads once more, without a wait. Before that it shuts down the receiving side of
    // a Unix socket: bytes that the peer has sent are read, and a later send fails at the peer, which can use
    // another connection. Otherwise a request that comes between the read and the close would be lost. (TCP
    // does not report this to the peer.)
    if (unix_ && finishing()) ::shutdown(socket_.native_handle(), SHUT_RD);
    if (try_receive(bytes) != Received::nothing_yet || finishing()) co_return bytes;
  }
}

bool Connection::finishing() const {
  return codec_->idle() && (yields_ || (host_.draining() && !awaiting_first_request_));
}

std::string Connection::answer(const Response& response) {
  std::string out = codec_->take_reply();
  if (host_.draining()) codec_->close_after_answer();
  codec_->append_response(out, response);
  return out;
}

bool Connection::send_now(std::string_view& bytes) {
  const auto sent = ::send(socket_.native_handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
  // nginx closes as soon as it has the headers if it does not keep the connection, so an error is nothing to
  // log.
  return sent >= 0 || errno == EAGAIN || errno == EINTR;
}

Task<bool> Connection::send(std::string_view bytes) {
  for (;;) {
    if (!send_now(bytes)) co_return false;
    if (bytes.empty()) co_return true;
    const auto [error] = co_await socket_.async_wait(Ready::wait_write, kAwaitTuple);
    if (error) co_return false;
  }
}

// Answers, and then reads until the peer's end: closing with unread bytes would make the kernel drop the
// answer. The deadline ends the reading.
Task<void> Connection::refuse() {
  const Refusal refusal = codec_->refusal();
  const Response response = problem(refusal.status, refusal.reason, refusal.detail);
  refused_ = true;
  set_busy(true);  // it is, unless the request came right behind another
  WorkerTelemetry& telemetry = host_.telemetry();
  telemetry.count_request(EndpointId::none, response, host_.now() - *busy_since_);
  if (*codec_->why() != '\0') {
    log_protocol_error();
  } else {
    telemetry.count(Count::connection_ended_too_large);
  }
  std::string out;
  codec_->append_response(out, response);
  const bool sent = co_await send(out);
  if (!sent) co_return;
  boost::system::error_code ignored;
  socket_.shutdown(boost::asio::socket_base::shutdown_send, ignored);
  std::string_view rest = "unread";
  while (!rest.empty()) {
    drained_ = Drained::no;  // the peer's end may have come together with what was read
    rest = co_await receive();
  }
}

// Costs one system call if the peer closes first, as web servers do: the wait ends with that. What a peer
// sends meanwhile waits in the socket, and is read by check_linger() now and then.
Task<void> Connection::linger() {
  boost::system::error_code ignored;
  socket_.shutdown(boost::asio::socket_base::shutdown_send, ignored);
  busy_since_.reset();
  lingers_ = true;
  linger_until_ = host_.now() + kLinger;
  idle_since_ = {};
  host_.became_idle(*this);
  host_.watch_deadlines();
  (void)co_await socket_.async_wait_hangup(kAwaitTuple);
}

}  // namespace session::gateway
