#pragma once

#include <cstddef>
#include <memory>
#include <utility>

#include <boost/asio/async_result.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/detail/reactor.hpp>
#include <boost/asio/detail/reactor_op.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/version.hpp>

#include "core/base/await.h"

namespace session::gateway {

// A connection's socket, with a wait for news of what can be received that costs no system call.
//
// Asio's async_wait tells epoll with each wait what epoll knows already, which is a twelfth of a check. The
// kernel reports each arrival once (EPOLLET), and Asio notes one that comes while nobody waits; its
// operations that find a socket empty build on that, and so does this one. It uses what Asio keeps to itself,
// of the one version that it was written and tested with; with any other it is async_wait.
class ConnectionSocket
    : public boost::asio::basic_stream_socket<boost::asio::generic::stream_protocol, Executor> {
  using Base = boost::asio::basic_stream_socket<boost::asio::generic::stream_protocol, Executor>;

 public:
  using Base::Base;

  // Waits until bytes, the peer's end or an error have come since the last call returned; at times for
  // nothing at all. What came before is not told again: receive until there is nothing before each call. Ends
  // with operation_aborted if the socket is closed or its operations are cancelled. One call at a time.
  template <typename Token>
  auto async_wait_readable_edge(Token&& token) {
#if BOOST_ASIO_VERSION == 102600 && defined(BOOST_ASIO_HAS_EPOLL)
    return boost::asio::async_initiate<Token, void(boost::system::error_code)>(
        [this](auto handler) { start(new News<decltype(handler)>(std::move(handler))); }, token);
#else
    return async_wait(wait_read, std::forward<Token>(token));
#endif
  }

#if BOOST_ASIO_VERSION == 102600 && defined(BOOST_ASIO_HAS_EPOLL)
 private:
  using Operation = boost::asio::detail::reactor_op;

  template <typename Handler>
  class News final : public Operation {
   public:
    explicit News(Handler handler)
        : Operation({}, &News::perform, &News::complete), handler_(std::move(handler)) {}

   private:
    // "Exhausted": the next wait is for news, too, and not satisfied by these.
    static status perform(Operation*) { return done_and_exhausted; }

    // Without a loop: it is being destroyed, and the handler with it.
    static void complete(void* loop, boost::asio::detail::operation* self, const boost::system::error_code&,
                         std::size_t) {
      std::unique_ptr<News> readable_edge(static_cast<News*>(self));
      if (loop == nullptr) return;
      Handler handler(std::move(readable_edge->handler_));
      const boost::system::error_code error = readable_edge->ec_;
      readable_edge.reset();  // for the next wait to take its place
      std::move(handler)(error);
    }

    Handler handler_;
  };

  void start(Operation* readable_edge) {
    auto& reactor = boost::asio::use_service<boost::asio::detail::reactor>(
        boost::asio::query(get_executor(), boost::asio::execution::context));
    auto& implementation = impl_.get_implementation();
    reactor.start_op(boost::asio::detail::reactor::read_op, implementation.socket_,
                     implementation.reactor_data_, readable_edge, false, true);
  }
#endif
};

}  // namespace session::gateway
