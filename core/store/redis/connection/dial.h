#pragma once

#include <vector>

#include "core/base/clock.h"
#include "core/base/edge_socket.h"
#include "core/store/redis/connection/resolver.h"
#include "core/store/redis/connection/transport.h"

namespace session {

// A TCP or Unix socket.
using Socket = EdgeSocket;

// A socket for dial(). After close(), dial() does not open it again.
struct DialedSocket {
  explicit DialedSocket(const Executor& executor) : socket(executor) {}
  void close();
  Socket socket;
  bool closed = false;
};

// Tries the endpoints in order until one accepts the connection, by `until`. Each endpoint gets an equal
// share of the remaining time, so that an endpoint that does not answer leaves time for the next. `dialed`
// must outlive the task; closing it ends the task.
Task<Result<void, ConnectError>> dial(DialedSocket& dialed, std::vector<Endpoint> endpoints,
                                      Clock::Steady until, const Clock& clock);

}  // namespace session
