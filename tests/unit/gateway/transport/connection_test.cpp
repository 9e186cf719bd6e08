#include "gateway/transport/connection.h"

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include "tests/support/line_codec.h"
#include "tests/support/log_lines.h"

namespace {

// Right after a look for bytes that has found none.
std::function<void()> on_vain_look;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

}  // namespace

// In place of the C library's, for all of this program: so something can happen between two system calls.
extern "C" ssize_t recv(int socket, void* buffer, size_t size, int flags) {
  const ssize_t got = ::recvfrom(socket, buffer, size, flags, nullptr, nullptr);
  const int error = errno;
  if (got <= 0 && (flags & MSG_PEEK) != 0 && on_vain_look) on_vain_look();
  errno = error;
  return got;
}

namespace session::test {
namespace {

using gateway::Connection;
using gateway::ConnectionSocket;
using gateway::Request;
using gateway::Response;

class Host final : public gateway::ConnectionHost {
 public:
  std::string& scratch() override {
    on_look();
    return scratch_;
  }
  Clock::Steady now() const override { return Clock::Steady() + elapsed; }
  bool draining() const override { return drains; }
  Task<Boxed<Response>> respond(const Request& request, Clock::Steady, std::size_t) override {
    methods.emplace_back(request.method);
    co_return Response{200, {}, {}};
  }
  gateway::WorkerTelemetry& telemetry() override { return telemetry_; }
  void opened(Connection& connection) override { open = &connection; }
  void closed(Connection&) override {
    open = nullptr;
    on_close();
  }
  void became_busy(Connection&) override { idle = false; }
  void became_idle(Connection&) override { idle = true; }
  void watch_deadlines() override { ++watched; }

  std::function<void()> on_look = [] {};   // right before the connection receives
  std::function<void()> on_close = [] {};  // right before its socket is closed
  milliseconds elapsed{0};
  bool idle = true;
  bool drains = false;
  int watched = 0;
  std::vector<std::string> methods;
  Connection* open = nullptr;
  LogLines log;

 private:
  gateway::Telemetry process_{gateway::LogSettings{}, log.sink()};
  gateway::WorkerTelemetry telemetry_{process_};
  std::string scratch_ = std::string(4096, '\0');
};

// A connection that speaks lines, and its peer's end.
struct Lines {
  Lines() {
    std::array<int, 2> both{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, both.data()) != 0) std::abort();
    peer = both[0];
    ConnectionSocket socket(loop.get_executor(), boost::asio::generic::stream_protocol(AF_UNIX, 0), both[1]);
    auto connection =
        std::make_unique<Connection>(host, std::move(socket), std::make_unique<LineCodec>(), true);
    boost::asio::co_spawn(loop, Connection::run(std::move(connection)), boost::asio::detached);
    settle();
  }
  ~Lines() {
    if (peer >= 0) ::close(peer);
    settle();
  }
  Lines(const Lines&) = delete;
  Lines& operator=(const Lines&) = delete;

  // Lets everything happen that can happen now.
  void settle() {
    loop.restart();
    while (loop.poll() > 0) continue;
  }
  // What the peer gets for this.
  std::string ask(std::string_view text) {
    BOOST_REQUIRE(::send(peer, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size()));
    settle();
    std::array<char, 4096> got{};
    const ssize_t size = ::recv(peer, got.data(), got.size(), MSG_DONTWAIT);
    return size > 0 ? std::string(got.data(), static_cast<std::size_t>(size)) : std::string();
  }

  // What the peer gets without having asked now.
  std::string ask_nothing() {
    settle();
    std::array<char, 4096> got{};
    const ssize_t size = ::recv(peer, got.data(), got.size(), MSG_DONTWAIT);
    return size > 0 ? std::string(got.data(), static_cast<std::size_t>(size)) : std::string();
  }
  // Whether the peer's next receive is the end.
  bool sees_end() const {
    char byte = 0;
    return ::recv(peer, &byte, 1, MSG_DONTWAIT) == 0;
  }
  // How much of what the peer has sent lies in the gateway's socket.
  int unread_by_gateway() const {
    int bytes = -1;
    BOOST_REQUIRE(::ioctl(peer, SIOCOUTQ, &bytes) == 0);
    return bytes;
  }
  void hang_up() {
    ::close(std::exchange(peer, -1));
    settle();
  }

  Host host;
  boost::asio::io_context loop;
  int peer = -1;
};

BOOST_FIXTURE_TEST_SUITE(connection, Lines)

BOOST_AUTO_TEST_CASE(it_serves_whatever_protocol_its_codec_speaks) {
  BOOST_TEST(ask("GET\n") == "200 GET\n");
  BOOST_TEST(ask("a\nb\n") == "200 a\n200 b\n");
  BOOST_TEST(host.methods == (std::vector<std::string>{"GET", "a", "b"}), boost::test_tools::per_element());
  BOOST_TEST(host.open != nullptr);
}

BOOST_AUTO_TEST_CASE(a_request_in_pieces_is_one_and_is_under_way_from_its_first_byte) {
  BOOST_TEST(ask("G") == "");
  BOOST_TEST(host.open->busy_since().has_value());
  BOOST_TEST(host.open->awaiting_first_request());
  BOOST_TEST(host.watched == 1);
  BOOST_TEST(ask("ET\n") == "200 GET\n");
  BOOST_TEST(!host.open->busy_since().has_value());
  BOOST_TEST(!host.open->awaiting_first_request());
}

BOOST_AUTO_TEST_CASE(a_reply_of_the_protocol_needs_no_request) {
  BOOST_TEST(ask("?\n") == "reply\n");
  BOOST_TEST(host.methods.empty());
  BOOST_TEST(ask("?\nGET\n") == "reply\n200 GET\n");
}

BOOST_AUTO_TEST_CASE(the_codec_says_when_the_connection_ends) {
  BOOST_TEST(ask(".\nnever\n") == "200 .\n");
  BOOST_TEST(sees_end());
  BOOST_TEST(host.methods.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_connection_that_ends_lingers_until_its_peer_has_closed) {
  BOOST_TEST(ask(".\n") == "200 .\n");
  BOOST_TEST(sees_end());
  BOOST_REQUIRE(host.open != nullptr);
  BOOST_TEST(host.open->lingers());
  BOOST_TEST(!host.open->busy_since().has_value());
  BOOST_TEST(host.idle);
  BOOST_TEST(host.watched == 2);
  hang_up();
  BOOST_TEST(host.open == nullptr);
}

BOOST_AUTO_TEST_CASE(a_peer_that_writes_after_its_answer_reaches_an_open_connection) {
  BOOST_TEST(ask(".\n") == "200 .\n");
  for (int i = 0; i < 20; ++i) {
    BOOST_TEST(ask("late") == "");
    BOOST_REQUIRE(host.open != nullptr);
    BOOST_TEST(host.open->check_linger(host.now(), false));
  }
  BOOST_TEST(unread_by_gateway() == 0);
  BOOST_TEST(host.methods.size() == 1U);
  hang_up();
  BOOST_TEST(host.open == nullptr);
}

BOOST_AUTO_TEST_CASE(a_connection_lingers_for_a_second_and_no_longer) {
  BOOST_TEST(ask(".\n") == "200 .\n");
  BOOST_TEST(host.open->check_linger(host.now() + milliseconds(999), false));
  BOOST_TEST(!host.open->check_linger(host.now() + milliseconds(1000), false));
  settle();
  BOOST_TEST(host.open == nullptr);
}

BOOST_AUTO_TEST_CASE(a_connection_that_must_end_lingers_no_longer) {
  BOOST_TEST(ask(".\n") == "200 .\n");
  BOOST_TEST(!host.open->check_linger(host.now(), true));
  settle();
  BOOST_TEST(host.open == nullptr);
}

BOOST_AUTO_TEST_CASE(a_peer_that_goes_on_sending_is_not_read_for_ever) {
  BOOST_TEST(ask(".\n") == "200 .\n");
  const std::string much(4096, 'x');
  std::size_t sent = 0;
  for (;;) {
    BOOST_REQUIRE(sent < 2 * Connection::kMaxLingerBytes);
    (void)ask(much);
    sent += much.size();
    if (!host.open->check_linger(host.now(), false)) break;
  }
  BOOST_TEST(sent > Connection::kMaxLingerBytes);
  settle();
  BOOST_TEST(host.open == nullptr);
}

// A request that comes after the last look would be lost. So there can be none: it fails at its sender.
BOOST_AUTO_TEST_CASE(a_connection_that_ends_at_a_drain_takes_no_request_after_its_last_look) {
  BOOST_TEST(ask("GET\n") == "200 GET\n");
  unsigned looks = 0;
  unsigned refused = 0;
  const auto try_to_send = [&] {
    ++looks;
    refused += ::send(peer, "GET\n", 4, MSG_NOSIGNAL) < 0 ? 1 : 0;
  };
  host.on_look = try_to_send;
  host.on_close = try_to_send;
  host.drains = true;
  host.open->finish();
  settle();
  BOOST_TEST(host.open == nullptr);
  BOOST_TEST(looks == 2U);
  BOOST_TEST(refused == 2U);
}

BOOST_AUTO_TEST_CASE(what_was_sent_before_a_drain_is_answered) {
  BOOST_TEST(ask("GET\n") == "200 GET\n");
  BOOST_REQUIRE(::send(peer, "PUT\n", 4, MSG_NOSIGNAL) == 4);
  host.drains = true;
  host.open->finish();
  BOOST_TEST(ask_nothing() == "200 PUT\n");
  BOOST_TEST(host.open == nullptr);
}

// The end of the peer's sending side alone is no event after ours has ended.
BOOST_AUTO_TEST_CASE(a_half_closed_peer_is_noticed_at_the_next_look) {
  BOOST_TEST(ask(".\n") == "200 .\n");
  BOOST_REQUIRE(::shutdown(peer, SHUT_WR) == 0);
  settle();
  if (host.open != nullptr) BOOST_TEST(!host.open->check_linger(host.now(), false));
  settle();
  BOOST_TEST(host.open == nullptr);
}

BOOST_AUTO_TEST_CASE(an_idle_connection_yields_at_once) {
  BOOST_TEST(ask("GET\n") == "200 GET\n");
  BOOST_TEST(host.idle);
  BOOST_TEST(host.open->yield());
  settle();
  BOOST_TEST(host.open == nullptr);
  BOOST_TEST(sees_end());
}

// Of the moments before and after each look, none may lose a request: it is answered, or it fails at its
// sender, who can then use another connection.
BOOST_AUTO_TEST_CASE(a_request_that_comes_while_a_connection_yields_is_answered_or_fails_at_its_sender) {
  for (const unsigned moment : {1U, 2U, 3U}) {
    Lines lines;
    BOOST_TEST(lines.ask("GET\n") == "200 GET\n");
    unsigned looks = 0;
    ssize_t sent = 0;
    const auto send_at = [&](unsigned now) {
      if (now == moment) sent = ::send(lines.peer, "PUT\n", 4, MSG_NOSIGNAL);
    };
    on_vain_look = [&] { send_at(++looks); };
    BOOST_TEST(lines.host.open->yield());
    on_vain_look = nullptr;
    send_at(3);
    BOOST_TEST(lines.ask_nothing() == (sent == 4 ? "200 PUT\n" : ""));
    BOOST_TEST((sent == 4) == (moment == 1));
    BOOST_TEST(looks == (moment == 1 ? 1U : 2U));
    BOOST_TEST(lines.host.open == nullptr);
  }
}

BOOST_AUTO_TEST_CASE(a_connection_that_lingers_yields) {
  host.elapsed = milliseconds(5);
  BOOST_TEST(ask(".\n") == "200 .\n");
  BOOST_TEST((host.open->idle_since() == Clock::Steady()));
  BOOST_TEST(host.open->yield());
  settle();
  BOOST_TEST(host.open == nullptr);
}

BOOST_AUTO_TEST_CASE(a_connection_with_a_request_under_way_does_not_yield) {
  host.elapsed = milliseconds(5);
  BOOST_TEST(ask("GE") == "");
  BOOST_TEST(!host.idle);
  BOOST_TEST(!host.open->yield());
  host.elapsed = milliseconds(7);
  BOOST_TEST(ask("T\n") == "200 GET\n");
  BOOST_TEST((host.open->idle_since() == Clock::Steady() + milliseconds(7)));
  // Sent, and not read yet.
  BOOST_REQUIRE(::send(peer, "PUT\n", 4, MSG_NOSIGNAL) == 4);
  BOOST_TEST(!host.open->yield());
  BOOST_TEST(ask("") == "200 PUT\n");
  BOOST_REQUIRE(host.open != nullptr);
}

BOOST_AUTO_TEST_CASE(what_is_not_of_the_protocol_ends_the_connection_and_is_in_the_log) {
  BOOST_TEST(ask("?\n!\n") == "reply\n");
  BOOST_TEST(sees_end());
  BOOST_TEST(host.log.text() == "warning closed a connection that sent an exclamation mark\n");
}

BOOST_AUTO_TEST_CASE(a_request_that_is_too_large_is_refused_and_then_read_to_its_end) {
  BOOST_TEST(ask("#1\n") == "413 #1\n");
  for (int i = 0; i < 100; ++i) {
    BOOST_TEST(ask("and more\n") == "");
    BOOST_REQUIRE(host.open != nullptr);
    BOOST_TEST(unread_by_gateway() == 0);
  }
  BOOST_TEST(!host.open->close());
  settle();
  BOOST_TEST(host.open == nullptr);
  BOOST_TEST(host.methods.empty());
}

BOOST_AUTO_TEST_CASE(a_malformed_request_that_is_answered_is_in_the_log) {
  BOOST_TEST(ask("*\n") == "400 *\n");
  BOOST_TEST(host.log.text() == "warning closed a connection that sent an asterisk\n");
  BOOST_TEST(host.methods.empty());
}

BOOST_AUTO_TEST_CASE(while_its_host_drains_the_codec_says_that_the_connection_ends) {
  LineCodec::told_to_close = false;
  BOOST_TEST(ask("GET\n") == "200 GET\n");
  BOOST_TEST(!LineCodec::told_to_close);
  host.drains = true;
  BOOST_TEST(ask("GET\n") == "200 GET\n");
  BOOST_TEST(LineCodec::told_to_close);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
