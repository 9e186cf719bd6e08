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

}  // namespace

Connection::Connection(ConnectionHost& host, ConnectionSocket socket, std::unique_ptr<Codec> codec,
                       bool is_unix)
    : host_(host), socket_(std::move(socket)), codec_(std::move(codec)), unix_(is_unix) {
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
    host_.watch_deadlines();
  } else {
    busy_since_.reset();
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
    while (outcome == Codec::Outcome::whole) {
      const bool go_on = co_await answer();
      if (!go_on) co_return;
      outcome = codec_->feed({});
      // The next request is measured from here, against a deadline of its own.
      busy_since_.reset();
      if (!codec_->idle() || outcome == Codec::Outcome::whole) set_busy(true);
    }
    const std::string reply = codec_->take_reply();
    if (!reply.empty()) set_busy(true);
    const bool sent = reply.empty() || co_await send(reply);
    if (outcome == Codec::Outcome::too_large) co_return co_await refuse_too_large();
    if (outcome == Codec::Outcome::close || !sent) {
      if (*codec_->why() != '\0') {
        WorkerTelemetry& telemetry = host_.telemetry();
        telemetry.log().warn(Message::connection_protocol_error, "closed a connection that sent {}",
                             codec_->why());
        telemetry.count(Count::connection_ended_protocol);
      }
      co_return;
    }
    // The peer's end may have come together with a part of a request, and is reported once.
    if (codec_->idle()) {
      set_busy(false);
    } else {
      drained_ = Drained::no;
    }
    received = co_await receive();
  }
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

Task<std::string_view> Connection::receive() {
  std::string_view bytes;
  for (;;) {
    if (!finishing() && drained_ != Drained::no) {
      const auto [error] = co_await socket_.async_wait_readable_edge(kAwaitTuple);
      if (error && !finishing() && !probing_) co_return std::string_view();
      probing_ = false;
      reads_in_turn_ = 0;
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

bool Connection::finishing() const { return host_.draining() && codec_->idle() && !awaiting_first_request_; }

Task<bool> Connection::answer() {
  const Clock::Steady since = *busy_since_;  // set with the first byte
  awaiting_first_request_ = false;
  const Response response = co_await host_.respond(codec_->request(), since);
  std::string out = codec_->take_reply();
  codec_->append_response(out, response);
  const bool sent = co_await send(out);
  co_return sent && codec_->keep_connection();
}

Task<bool> Connection::send(std::string_view bytes) {
  for (;;) {
    const auto sent =
        ::send(socket_.native_handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
    if (bytes.empty()) co_return true;
    // nginx closes as soon as it has the headers if it does not keep the connection, so this is no error to
    // log.
    if (sent < 0 && errno != EAGAIN && errno != EINTR) co_return false;
    const auto [error] = co_await socket_.async_wait(Ready::wait_write, kAwaitTuple);
    if (error) co_return false;
  }
}

// Answers 413, and then reads until the peer's end: closing with unread bytes would make the kernel drop the
// answer. The deadline ends the reading.
Task<void> Connection::refuse_too_large() {
  const Response response = problem(413, "too-large", "The request exceeds its size limit.");
  refused_ = true;
  set_busy(true);  // it is, unless the request came right behind another
  WorkerTelemetry& telemetry = host_.telemetry();
  telemetry.count_request(EndpointId::none, response, host_.now() - *busy_since_);
  telemetry.count(Count::connection_ended_too_large);
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

}  // namespace session::gateway
