#include "gateway/transport/connection.h"

#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include <boost/asio/post.hpp>

#include "core/base/await.h"
#include "gateway/http/problem.h"
#include "gateway/telemetry/log/log.h"
#include "gateway/telemetry/metrics/count.h"
#include "gateway/telemetry/metrics/counter_registry.h"
#include "gateway/transport/fastcgi/records.h"

namespace session::gateway {
namespace {

using Ready = boost::asio::socket_base;

// Reads one after the other, without a wait that would let the worker's other connections and timers have
// their turn: a peer that always has something to read would have the worker for itself.
constexpr unsigned kMaxReadsInTurn = 4;

}  // namespace

Connection::Connection(ConnectionHost& host, ConnectionSocket socket, bool is_unix)
    : host_(host), socket_(std::move(socket)), assembler_(host.framing_limits()), unix_(is_unix) {
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
    static RateLimit limit;
    error(limit, "a connection ended with an unexpected error: {}", exception.what());
  }
}

Task<void> Connection::serve() {
  std::string_view received;
  // The first request of a connection is usually there already.
  if (try_receive(received) == Received::nothing_yet) received = co_await receive();
  while (!received.empty()) {
    set_busy(true);
    auto outcome = assembler_.feed(received);
    while (outcome == Assembler::Outcome::whole) {
      const bool go_on = co_await answer();
      if (!go_on) co_return;
      outcome = assembler_.feed({});
      // What came behind it is a request of its own, with a deadline of its own.
      busy_since_.reset();
      if (!assembler_.idle() || outcome == Assembler::Outcome::whole) set_busy(true);
    }
    const std::string reply = assembler_.take_reply();
    if (!reply.empty()) set_busy(true);
    const bool sent = reply.empty() || co_await send(reply);
    if (outcome == Assembler::Outcome::too_large) co_return co_await refuse_too_large();
    if (outcome == Assembler::Outcome::close || !sent) {
      if (*assembler_.why() != '\0') {
        static RateLimit limit;
        warn(limit, "closed a connection that sent {}", assembler_.why());
        CounterRegistry::here().count(Count::connection_ended_protocol);
      }
      co_return;
    }
    // The peer's end may have come together with a part of a request, and is told once.
    if (assembler_.idle()) {
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
    // Finishing, the last look at the socket is without a wait. From just before it the peer of a Unix socket
    // can't send any more: what it has sent is read, and what comes later fails at its side, unsent, so that
    // it can go to another connection. Else a request could be lost between the look and closing. (TCP tells
    // its peer nothing of this.)
    if (unix_ && finishing()) ::shutdown(socket_.native_handle(), SHUT_RD);
    if (try_receive(bytes) != Received::nothing_yet || finishing()) co_return bytes;
  }
}

bool Connection::finishing() const {
  return host_.draining() && assembler_.idle() && !awaiting_first_request_;
}

Task<bool> Connection::answer() {
  const std::uint16_t id = assembler_.request_id();
  const bool keep = assembler_.keep_connection();
  const Clock::Steady since = *busy_since_;  // set with the first byte
  awaiting_first_request_ = false;
  auto parsed = host_.parser().parse(assembler_.request());
  if (!parsed) {
    static RateLimit limit;
    error(limit, "libfcgi refused a request that the framing check had passed");
    co_return false;
  }
  const Response response = co_await host_.respond(parsed->value(), since);
  std::string out = assembler_.take_reply();
  append_response(out, id, response);
  const bool sent = co_await send(out);
  co_return sent&& keep;
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

// Answers under the id of the request that is too large, and then reads what still comes: closing with unread
// bytes would make the kernel drop the answer. The deadline ends that.
Task<void> Connection::refuse_too_large() {
  const Response response = problem(413, "too-large", "The request exceeds its size limit.");
  refused_ = true;
  set_busy(true);  // it is, unless the request came right behind another
  count_request({}, response, host_.now() - *busy_since_);
  CounterRegistry::here().count(Count::connection_ended_too_large);
  std::string out;
  append_response(out, assembler_.request_id(), response);
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
