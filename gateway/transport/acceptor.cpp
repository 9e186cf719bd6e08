#include "gateway/transport/acceptor.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "core/base/await.h"
#include "gateway/telemetry/log/log.h"
#include "gateway/telemetry/metrics/counter_registry.h"

namespace session::gateway {
namespace {

constexpr milliseconds kRest{50};
constexpr int kAtOnce = 256;  // and then a turn for signals and housekeeping, also under a flood of connects
constexpr int kRefusedAtOnce =
    256;  // and then a rest: a flood of connects is turned away, and not waited for
constexpr int kMaxAtStop =
    4096;  // the backlog's size: peers that never stop connecting must not hold up the stop

int open_reserve() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }

int duplicate(int descriptor) {
  const int copy = ::fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
  if (copy < 0) throw std::system_error(errno, std::generic_category(), "duplicating a listening socket");
  return copy;
}

}  // namespace

Acceptor::Acceptor(const Listener& listener, Place place, Executor executor)
    : listener_(listener),
      place_(std::move(place)),
      ready_(executor, duplicate(listener.descriptor())),
      rest_(executor),
      reserve_(open_reserve()) {}

Acceptor::~Acceptor() {
  if (reserve_ >= 0) ::close(reserve_);
}

void Acceptor::stop() {
  // Those that wait may have sent their request already; closing the listener would reset them, unless the
  // next process finds them there.
  if (!listener_.outlived()) {
    for (int i = 0; i < kMaxAtStop && accept_one() == LegacyFormat::one; ++i) {
    }
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
    LegacyFormat accepted = LegacyFormat::one;
    for (int i = 0; i < kAtOnce && accepted == LegacyFormat::one && !stopped_; ++i) accepted = accept_one();
    if (accepted == LegacyFormat::no_descriptors) {
      rest_.expires_after(kRest);
      const auto [cancelled] = co_await rest_.async_wait(kAwaitTuple);
      if (cancelled) co_return;
    }
  }
}

Acceptor::LegacyFormat Acceptor::accept_one() {
  const int descriptor = ::accept4(listener_.descriptor(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (descriptor >= 0) {
    if (listener_.family() != AF_UNIX) {
      const int on = 1;
      ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      // A peer whose machine died would otherwise hold its connection for ever.
      ::setsockopt(descriptor, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    }
    if (place_(descriptor, listener_.family())) return LegacyFormat::one;
    CounterRegistry::here().count(Count::connection_refused_limit);
    static RateLimit limit;
    warn(limit,
         "refused a connection: the limit is reached (limits.connections, or the limit on open files)");
    ::close(descriptor);
    return LegacyFormat::one;
  }
  if (errno == EAGAIN) return LegacyFormat::none_waiting;
  if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
    refuse_waiting();
    return LegacyFormat::no_descriptors;
  }
  return LegacyFormat::one;  // the connection was gone before it was accepted (accept(2): treat as EAGAIN and
                             // go on)
}

void Acceptor::refuse_waiting() {
  static RateLimit limit;
  error(limit, "refusing connections: {}", std::generic_category().message(errno));
  CounterRegistry::here().count(Count::connection_refused_descriptors);
  if (reserve_ >= 0) ::close(reserve_);
  for (int i = 0; i < kRefusedAtOnce; ++i) {
    const int refused = ::accept4(listener_.descriptor(), nullptr, nullptr, SOCK_CLOEXEC);
    if (refused < 0) break;
    ::close(refused);
  }
  reserve_ = open_reserve();
}

}  // namespace session::gateway
