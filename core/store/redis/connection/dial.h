#pragma once

#include <vector>

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/generic/stream_protocol.hpp>

#include "core/base/clock.h"
#include "core/store/redis/connection/resolver.h"
#include "core/store/redis/connection/transport.h"

namespace session {

// TCP or a Unix socket.
using Socket = boost::asio::basic_stream_socket<boost::asio::generic::stream_protocol, Executor>;

// A socket. Once close() was called, dial() does not open it again.
struct DialedSocket {
  explicit DialedSocket(const Executor& executor) : socket(executor) {}
  void close();
  Socket socket;
  bool closed = false;
};

// Connects to the first endpoint that accepts the connection, by `until`. Each endpoint gets an equal share
// of the time that is left, so that one that does not answer leaves time for the next. `line` must outlive
// the task; closing it ends the task.
Task<Result<void, ConnectError>> dial(DialedSocket& line, std::vector<Endpoint> endpoints,
                                      Clock::Steady until, const Clock& clock);

}  // namespace session
