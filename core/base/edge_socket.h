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

namespace session {

// The socket of a connection, with waits for what can be received and for the end of both directions that
// cost no system call.
//
// Asio's async_wait tells epoll with each wait what epoll knows already, which is a twelfth of a check. The
// kernel reports each arrival once (EPOLLET), and Asio notes one that comes while nobody waits; its
// operations that find a socket empty build on that, and so does this one. It uses what Asio keeps to itself,
// of the one version that it was written and tested with; with any other it is async_wait.
class EdgeSocket : public boost::asio::basic_stream_socket<boost::asio::generic::stream_protocol, Executor> {
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
        [this](auto handler) {
          start(Reactor::read_op, new Waiting<decltype(handler)>(std::move(handler), readable_edge));
        },
        token);
#else
    return async_wait(wait_read, std::forward<Token>(token));
#endif
  }

  // Waits until both directions have ended, or there is an error. An end that was reported before the call is
  // not told: look for it now and then. Ends otherwise as the wait above; one call at a time.
  template <typename Token>
  auto async_wait_hangup(Token&& token) {
#if BOOST_ASIO_VERSION == 102600 && defined(BOOST_ASIO_HAS_EPOLL)
    return boost::asio::async_initiate<Token, void(boost::system::error_code)>(
        [this](auto handler) {
          start(Reactor::except_op, new Waiting<decltype(handler)>(std::move(handler), hangup));
        },
        token);
#else
    return async_wait(wait_error, std::forward<Token>(token));
#endif
  }

#if BOOST_ASIO_VERSION == 102600 && defined(BOOST_ASIO_HAS_EPOLL)
 private:
  using Operation = boost::asio::detail::reactor_op;
  using Reactor = boost::asio::detail::reactor;

  // A wait that is under way. While one is started the reactor may ask it about what was noted before, and
  // then `starting` is set.
  struct Wait : Operation {
    using Perform = status (*)(Operation*);
    Wait(Perform on_event, func_type on_completion) : Operation({}, on_event, on_completion) {}
    bool starting = false;
  };

  template <typename Handler>
  class Waiting final : public Wait {
   public:
    Waiting(Handler handler, Wait::Perform on_event)
        : Wait(on_event, &Waiting::finish), handler_(std::move(handler)) {}

   private:
    // Without a loop: it is being destroyed, and the handler with it.
    static void finish(void* loop, boost::asio::detail::operation* self, const boost::system::error_code&,
                       std::size_t) {
      std::unique_ptr<Waiting> waiting(static_cast<Waiting*>(self));
      if (loop == nullptr) return;
      Handler handler(std::move(waiting->handler_));
      const boost::system::error_code error = waiting->ec_;
      waiting.reset();  // for the next wait to take its place
      std::move(handler)(error);
    }

    Handler handler_;
  };

  // "Exhausted": the next wait is for news, too, and not satisfied by these.
  static Operation::status readable_edge(Operation*) { return Operation::done_and_exhausted; }
  // What was noted before is no news: Asio notes an exceptional state of every new socket.
  static Operation::status hangup(Operation* self) {
    return static_cast<Wait*>(self)->starting ? Operation::not_done : Operation::done;
  }

  // Operations complete on the loop's thread, which is this one: not before this function has returned.
  void start(int kind, Wait* wait) {
    if (reactor_ == nullptr) {
      reactor_ = &boost::asio::use_service<Reactor>(
          boost::asio::query(get_executor(), boost::asio::execution::context));
    }
    auto& implementation = impl_.get_implementation();
    wait->starting = true;
    reactor_->start_op(kind, implementation.socket_, implementation.reactor_data_, wait, false, true);
    wait->starting = false;
  }

  Reactor* reactor_ = nullptr;  // of the executor; found once, since looking for it takes a lock
#endif
};

}  // namespace session
