#include "core/store/redis/dial.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <utility>
#include <vector>

#include <boost/asio/ip/basic_resolver.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include "core/await.h"

namespace session {

namespace asio = boost::asio;

namespace {

using Error = boost::system::error_code;
using Endpoint = asio::generic::stream_protocol::endpoint;
using Endpoints = Result<std::vector<Endpoint>, Broken>;
using Done = Result<void, Broken>;

// Names are looked up by the system's resolver, on a thread of Asio's.
Task<Endpoints> resolve(RedisAddress address) {
  if (!address.path.empty()) {
    asio::local::stream_protocol::endpoint endpoint(address.path);
    co_return std::vector<Endpoint>{Endpoint(endpoint)};
  }
  Error bad;
  const auto numeric = asio::ip::make_address(address.host, bad);
  if (!bad) co_return std::vector<Endpoint>{Endpoint(asio::ip::tcp::endpoint(numeric, address.port))};
  asio::ip::basic_resolver<asio::ip::tcp, Executor> resolver(co_await asio::this_coro::executor);
  const auto [error, found] =
      co_await resolver.async_resolve(address.host, std::to_string(address.port), kAwaitTuple);
  if (error) co_return Broken("its name can't be looked up: " + error.message());
  std::vector<Endpoint> endpoints;
  for (const auto& entry : found) endpoints.emplace_back(entry.endpoint());
  co_return endpoints;
}

// Small commands must not wait for each other's acknowledgement, and a machine that has gone without a word
// is noticed while nothing is asked of it.
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

}  // namespace

void Line::close() {
  closed = true;
  Error ignored;
  socket.close(ignored);
}

Task<Done> dial(Line& line, RedisAddress address) {
  auto endpoints = co_await resolve(std::move(address));
  if (!endpoints) co_return endpoints.error();
  Done last = Broken("its name has no address");
  for (const Endpoint& endpoint : *endpoints) {
    if (line.closed) co_return Broken("given up");
    Error ignored;
    line.socket.close(ignored);
    const auto [error] = co_await line.socket.async_connect(endpoint, kAwaitTuple);
    last = error ? Done(Broken(error.message())) : Done();
    if (!error) break;
  }
  if (!last) co_return last;
  tune(line.socket);
  co_return last;
}

}  // namespace session
