#include "gateway/transport/connection_socket.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <optional>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include "core/base/await.h"

namespace session::gateway::test {
namespace {

// A connection's two ends, and how often its wait has ended.
class Ends {
 public:
  Ends() {
    std::array<int, 2> both{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, both.data()) != 0) std::abort();
    peer_ = both[0];
    socket.emplace(loop.get_executor(), boost::asio::generic::stream_protocol(AF_UNIX, 0), both[1]);
  }
  ~Ends() { ::close(peer_); }
  Ends(const Ends&) = delete;
  Ends& operator=(const Ends&) = delete;

  void send() const { BOOST_REQUIRE(::send(peer_, "x", 1, MSG_NOSIGNAL) == 1); }
  void end() const { BOOST_REQUIRE(::shutdown(peer_, SHUT_WR) == 0); }
  // What a receive says: bytes, 0 at the end, -1 if there is nothing.
  ssize_t receive() {
    char byte = 0;
    return ::recv(socket->native_handle(), &byte, 1, MSG_DONTWAIT);
  }
  void wait() {
    boost::asio::co_spawn(loop, wait_once(), [](const std::exception_ptr& failed) {
      if (failed) std::rethrow_exception(failed);
    });
  }
  // Lets everything happen that can happen now.
  void settle() {
    loop.restart();
    while (loop.poll() > 0) continue;
  }
  // The first wait may end at once. Afterwards nothing is there, and nothing is waited for.
  void begin() {
    wait();
    settle();
    if (told == 0) {
      send();
      settle();
      BOOST_REQUIRE(receive() == 1);
    }
    told = 0;
  }

  boost::asio::io_context loop{1};
  std::optional<ConnectionSocket> socket;
  int told = 0;
  boost::system::error_code error;

 private:
  Task<void> wait_once() {
    const auto [failed] = co_await socket->async_wait_readable_edge(kAwaitTuple);
    error = failed;
    ++told;
  }
  int peer_ = -1;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(connection_socket)

BOOST_AUTO_TEST_CASE(a_wait_ends_with_what_comes_and_not_before) {
  Ends ends;
  ends.begin();
  for (int i = 1; i <= 3; ++i) {
    ends.wait();
    ends.settle();
    BOOST_TEST(ends.told == i - 1);
    ends.send();
    ends.settle();
    BOOST_TEST(ends.told == i);
    BOOST_TEST(!ends.error);
    BOOST_TEST(ends.receive() == 1);
  }
}

BOOST_AUTO_TEST_CASE(what_comes_while_nobody_waits_is_told_to_the_next_wait) {
  Ends ends;
  ends.begin();
  ends.send();
  ends.settle();
  ends.wait();
  ends.settle();
  BOOST_TEST(ends.told == 1);
  // And what comes between that and the receive, too.
  ends.send();
  BOOST_TEST(ends.receive() == 1);
  BOOST_TEST(ends.receive() == 1);
  ends.send();
  ends.wait();
  ends.settle();
  BOOST_TEST(ends.told == 2);
}

BOOST_AUTO_TEST_CASE(the_peers_end_is_told) {
  Ends ends;
  ends.begin();
  ends.wait();
  ends.settle();
  ends.end();
  ends.settle();
  BOOST_TEST(ends.told == 1);
  BOOST_TEST(ends.receive() == 0);
}

BOOST_AUTO_TEST_CASE(closing_and_cancelling_end_a_wait_with_an_error) {
  for (const bool close : {true, false}) {
    Ends ends;
    ends.begin();
    ends.wait();
    ends.settle();
    BOOST_TEST(ends.told == 0);
    close ? ends.socket->close() : ends.socket->cancel();
    ends.settle();
    BOOST_TEST(ends.told == 1);
    BOOST_TEST((ends.error == boost::asio::error::operation_aborted));
  }
}

BOOST_AUTO_TEST_CASE(a_wait_after_a_cancelled_one_is_told_again) {
  Ends ends;
  ends.begin();
  ends.wait();
  ends.settle();
  ends.socket->cancel();
  ends.settle();
  ends.wait();
  ends.settle();
  BOOST_TEST(ends.told == 1);
  ends.send();
  ends.settle();
  BOOST_TEST(ends.told == 2);
  BOOST_TEST(!ends.error);
}

BOOST_AUTO_TEST_CASE(a_closed_socket_can_not_be_waited_for) {
  Ends ends;
  ends.socket->close();
  ends.wait();
  ends.settle();
  BOOST_TEST(ends.told == 1);
  BOOST_TEST(ends.error.failed());
}

BOOST_AUTO_TEST_CASE(a_loop_that_ends_takes_its_waits_along) {
  auto ends = std::make_unique<Ends>();
  ends->begin();
  ends->wait();
  ends->settle();
  ends.reset();  // the sanitizers would tell of what is left, or used after its end
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway::test
