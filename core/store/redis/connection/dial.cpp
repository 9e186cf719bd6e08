#include "core/store/redis/connection/dial.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <utility>
#include <vector>

#include "core/base/await.h"
#include "core/store/redis/connection/deadline_guard.h"

namespace session {

namespace asio = boost::asio;

namespace {

using Error = boost::system::error_code;
using Done = Result<void, ConnectError>;

// TCP_NODELAY: a small command must not wait for an acknowledgement (Nagle). SO_KEEPALIVE: the kernel detects
// a host that has vanished while no command is sent.
void tune(Socket& socket) {
  const int descriptor = socket.native_handle();
  const auto set = [descriptor](int level, int option, int value) {
    ::setsockopt(descriptor, level, option, &value, sizeof value);
  };
  set(IPPROTO_TCP, TCP_NODELAY, 1);
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, 10);
  set(IPPROTO_TCP, TCP_KEEPINTVL, 5);
  set(IPPROTO_TCP, TCP_KEEPCNT, 3);
}

// Connects to one endpoint, by `until`.
Task<Done> try_one(DialedSocket& dialed, Endpoint endpoint, Clock::Steady until, const Clock& clock) {
  Error ignored;
  dialed.socket.close(ignored);
  const DeadlineGuard guard(dialed.socket.get_executor(), clock, until, [&dialed] {
    Error none;
    dialed.socket.close(none);
  });
  const auto [error] = co_await dialed.socket.async_connect(endpoint, kAwaitTuple);
  if (dialed.closed) co_return ConnectError("given up");
  if (!dialed.socket.is_open()) co_return ConnectError("no connection in time");
  if (error) co_return ConnectError(error.message());
  co_return Done();
}

}  // namespace

void DialedSocket::close() {
  closed = true;
  Error ignored;
  socket.close(ignored);
}

Task<Done> dial(DialedSocket& dialed, std::vector<Endpoint> endpoints, Clock::Steady until,
                const Clock& clock) {
  Done last = ConnectError("its name has no address");
  auto left = static_cast<int>(endpoints.size());
  for (const Endpoint& endpoint : endpoints) {
    if (dialed.closed) co_return ConnectError("given up");
    const Clock::Steady now = clock.steady_now();
    last = co_await try_one(dialed, endpoint, now + (until - now) / left--, clock);
    if (last) break;
  }
  if (last) tune(dialed.socket);
  co_return last;
}

}  // namespace session
