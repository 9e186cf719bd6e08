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

// A socket that, once it is closed from outside, is not connected any more.
struct DialedSocket {
  explicit DialedSocket(const Executor& executor) : socket(executor) {}
  void close();
  Socket socket;
  bool closed = false;
};

// Connects to the first endpoint that takes it, by `until`: each gets its share of the time that is left, so
// that one which does not answer leaves some for the next. `line` is the caller's until the task ends; to
// close it ends that.
Task<Result<void, ConnectError>> dial(DialedSocket& line, std::vector<Endpoint> endpoints,
                                      Clock::Steady until);

}  // namespace session
