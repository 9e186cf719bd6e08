#include "gateway/transport/acceptor.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "core/base/await.h"

namespace session::gateway {
namespace {

constexpr milliseconds kRest{50};
// The time for the connections that wait for room to get it.
constexpr milliseconds kRestForRoom{1};
// After so many connections in a row, signals and housekeeping get their turn.
constexpr int kAtOnce = 256;
// After so many refusals in a row the acceptor rests.
constexpr int kRefusedAtOnce = 256;
// The backlog's size: peers that never stop connecting must not delay the stop.
constexpr int kMaxAtStop = 4096;

int open_reserve() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }

int duplicate(int descriptor) {
  const int copy = ::fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
  if (copy < 0) throw std::system_error(errno, std::generic_category(), "duplicating a listening socket");
  return copy;
}

}  // namespace

Acceptor::Acceptor(const Listener& listener, std::size_t number, Place place, Executor executor,
                   WorkerTelemetry& telemetry)
    : listener_(listener),
      number_(number),
      place_(std::move(place)),
      ready_(executor, duplicate(listener.descriptor())),
      rest_(executor),
      telemetry_(telemetry),
      reserve_(open_reserve()) {}

Acceptor::~Acceptor() {
  if (reserve_ >= 0) ::close(reserve_);
}

bool Acceptor::took_one(Accepted accepted) {
  return accepted == Accepted::one || accepted == Accepted::one_without_room;
}

void Acceptor::stop() {
  // Connections that wait may have sent their request already. Closing the listener would reset them, unless
  // the next process finds them there.
  if (!listener_.outlived()) {
    Accepted accepted = Accepted::one;
    for (int i = 0; i < kMaxAtStop && took_one(accepted); ++i) accepted = accept_one();
  }
  stopped_ = true;
  boost::system::error_code ignored;
  ready_.close(ignored);
  rest_.cancel();
}

Task<void> Acceptor::run() {
  while (!stopped_) {
    const auto [error] =
        co_await ready_.async_wait(boost::asio::posix::descriptor_base::wait_read, kAwaitTuple);
    if (error) co_return;
    Accepted accepted = Accepted::one;
    for (int i = 0; i < kAtOnce && accepted == Accepted::one && !stopped_; ++i) accepted = accept_one();
    if (accepted == Accepted::no_descriptors || accepted == Accepted::one_without_room) {
      rest_.expires_after(accepted == Accepted::no_descriptors ? kRest : kRestForRoom);
      const auto [cancelled] = co_await rest_.async_wait(kAwaitTuple);
      if (cancelled) co_return;
    }
  }
}

Acceptor::Accepted Acceptor::accept_one() {
  const int descriptor = ::accept4(listener_.descriptor(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (descriptor >= 0) {
    if (listener_.family() != AF_UNIX) {
      const int on = 1;
      ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      // Ends the connections of peers whose machine died.
      ::setsockopt(descriptor, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    }
    const AcceptedSocket socket{descriptor, listener_.family(), listener_.protocol(), number_};
    const Placed placed = place_(socket);
    if (placed == Placed::waits_for_room) return Accepted::one_without_room;
    if (placed == Placed::at_once) return Accepted::one;
    telemetry_.count(Count::connection_refused_limit);
    telemetry_.log().warn(
        Message::connection_over_limit,
        "refused a connection: the limit is reached (limits.connections, or the limit on open files)");
    ::close(descriptor);
    return Accepted::one;
  }
  if (errno == EAGAIN) return Accepted::none_waiting;
  if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
    refuse_waiting();
    return Accepted::no_descriptors;
  }
  return Accepted::one;  // The peer had gone before its connection was accepted (accept(2)).
}

void Acceptor::refuse_waiting() {
  telemetry_.log().error(Message::connections_refused, "refusing connections: {}",
                         std::generic_category().message(errno));
  telemetry_.count(Count::connection_refused_descriptors);
  if (reserve_ >= 0) ::close(reserve_);
  for (int i = 0; i < kRefusedAtOnce; ++i) {
    const int refused = ::accept4(listener_.descriptor(), nullptr, nullptr, SOCK_CLOEXEC);
    if (refused < 0) break;
    ::close(refused);
  }
  reserve_ = open_reserve();
}

}  // namespace session::gateway
