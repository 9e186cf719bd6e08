#pragma once

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/generic/stream_protocol.hpp>

#include "core/store/redis/transport.h"

namespace session {

// TCP or a Unix socket.
using Socket = boost::asio::basic_stream_socket<boost::asio::generic::stream_protocol, Executor>;

// A socket that, once it is closed from outside, is not connected any more.
struct Line {
  explicit Line(const Executor& executor) : socket(executor) {}
  void close();
  Socket socket;
  bool closed = false;
};

// Connects to the first address of the host that takes it. `line` is the caller's until the task ends; to
// close it ends that, if need be after the name has been looked up.
Task<Result<void, Broken>> dial(Line& line, RedisAddress address);

}  // namespace session
