#include "gateway/transport/connection.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include "tests/support/log_lines.h"

namespace session::test {
namespace {

using gateway::Codec;
using gateway::Connection;
using gateway::ConnectionSocket;
using gateway::Request;
using gateway::Response;

// A protocol of the test's own: a line is a request, and its text the method. "?" is replied to without a
// request, "!" is not of the protocol, a line that begins with "#" is too large, "." ends the connection
// after its answer.
class LineCodec final : public Codec {
 public:
  Outcome feed(std::string_view received) override {
    pending_ += received;
    for (;;) {
      const auto end = pending_.find('\n');
      if (end == std::string::npos) return Outcome::need_more;
      line_ = pending_.substr(0, end);
      pending_.erase(0, end + 1);
      if (line_ == "!") return Outcome::close;
      if (line_.starts_with('#')) return Outcome::too_large;
      if (line_ != "?") break;
      reply_ += "reply\n";
    }
    request_.method = line_;
    return Outcome::whole;
  }
  const Request& request() const override { return request_; }
  void append_response(std::string& out, const Response& response) override {
    out += std::to_string(response.status) + " " + line_ + "\n";
  }
  std::string take_reply() override { return std::exchange(reply_, {}); }
  bool keep_connection() const override { return line_ != "."; }
  bool idle() const override { return pending_.empty(); }
  const char* why() const override { return line_ == "!" ? "an exclamation mark" : ""; }

 private:
  std::string pending_, line_, reply_;
  Request request_;
};

class Host final : public gateway::ConnectionHost {
 public:
  std::string& scratch() override { return scratch_; }
  Clock::Steady now() const override { return {}; }
  bool draining() const override { return drains; }
  Task<Response> respond(const Request& request, Clock::Steady) override {
    methods.emplace_back(request.method);
    co_return Response{200, {}, {}};
  }
  gateway::WorkerTelemetry& telemetry() override { return telemetry_; }
  void opened(Connection& connection) override { open = &connection; }
  void closed(Connection&) override { open = nullptr; }
  void watch_deadlines() override { ++watched; }

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
    ::close(peer);
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
  BOOST_TEST(host.open == nullptr);
  BOOST_TEST(host.methods.size() == 1U);
}

BOOST_AUTO_TEST_CASE(what_is_not_of_the_protocol_ends_the_connection_and_is_in_the_log) {
  BOOST_TEST(ask("?\n!\n") == "reply\n");
  BOOST_TEST(host.open == nullptr);
  BOOST_TEST(host.log.text() == "warning closed a connection that sent an exclamation mark\n");
}

BOOST_AUTO_TEST_CASE(a_request_that_is_too_large_is_refused_and_then_read_to_its_end) {
  BOOST_TEST(ask("#1\n") == "413 #1\n");
  BOOST_TEST(ask("and more\n") == "");
  BOOST_TEST(host.open != nullptr);
  BOOST_TEST(!host.open->close());
  settle();
  BOOST_TEST(host.open == nullptr);
  BOOST_TEST(host.methods.empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
