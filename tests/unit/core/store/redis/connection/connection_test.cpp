// What a connection that was given up while it was being made does not do any more.

#include "core/store/redis/connection/connection.h"

#include <array>
#include <memory>
#include <string>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/test/unit_test.hpp>

#include "core/base/await.h"
#include "tests/support/e2e/process.h"
#include "tests/support/fake_clock.h"
#include "tests/support/redis/certificates.h"

namespace session::test {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;
using asio::ip::tcp;

constexpr milliseconds kDeadline = 2s;

// One attempt to connect to a server with TLS that never answers. Both are on one loop, so each step of
// either is the test's.
class Attempt {
 public:
  explicit Attempt(const Certificates& certificates) {
    context_.use_certificate_chain_file(certificates.server().certificate);
    context_.use_private_key_file(certificates.server().key, asio::ssl::context::pem);
    RedisConnectionOptions options;
    options.handshake.client_name = "name";
    options.handshake.password = [this] {
      asked = true;
      asked_late = connection->state() != session::RedisConnection::State::connecting;
      return Secret("the password");
    };
    options.tls = make_tls_context(certificates.trusted());
    options.connect_deadline = kDeadline;
    options.silence = 1h;
    options.max_bytes = 1000;
    connection = std::make_shared<session::RedisConnection>(
        loop_.get_executor(), std::move(options),
        [port =
             acceptor_.local_endpoint().port()](Clock::Steady) -> Task<Result<RedisAddress, ConnectError>> {
          co_return RedisAddress{"127.0.0.1", port};
        },
        clock);
    asio::co_spawn(loop_, serve(), asio::detached);
    asio::co_spawn(loop_, ask(), asio::detached);
  }
  ~Attempt() {
    connection->stop();
    connection->abandon();
    settle();
  }
  Attempt(const Attempt&) = delete;
  Attempt& operator=(const Attempt&) = delete;

  // Does one thing that can be done now. Returns false if there is none.
  bool step() { return loop_.poll_one() != 0; }
  void settle() {
    while (step()) continue;
  }

  FakeClock clock;
  std::shared_ptr<session::RedisConnection> connection;
  bool asked = false;       // for the password
  bool asked_late = false;  // and after it was given up
  std::string received;     // by the server

 private:
  Task<> serve() {
    tcp::socket socket(loop_);
    const auto [none] = co_await acceptor_.async_accept(socket, kAwaitTuple);
    if (none) co_return;
    asio::ssl::stream<tcp::socket&> stream(socket, context_);
    const auto [failed] = co_await stream.async_handshake(asio::ssl::stream_base::server, kAwaitTuple);
    while (!failed) {
      const auto [error, size] = co_await stream.async_read_some(asio::buffer(buffer_), kAwaitTuple);
      if (error) co_return;
      received.append(buffer_.data(), size);
    }
  }
  Task<> ask() {
    Command command;
    command.then({"PING"});
    (void)co_await connection->ask(std::move(command), clock.steady_now() + 1h);
  }

  asio::io_context loop_{1};
  asio::ssl::context context_{asio::ssl::context::tls_server};
  tcp::acceptor acceptor_{loop_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
  std::array<char, 4096> buffer_{};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(redis_connection)

// Whatever step the end of the attempt meets, also the handshake with TLS that has just succeeded.
BOOST_AUTO_TEST_CASE(a_connection_that_was_given_up_gets_no_password) {
  const TempDir dir;
  const Certificates certificates(dir.path());
  for (const bool stopped : {false, true}) {
    bool connected = false;
    unsigned steps = 0;
    for (; !connected; ++steps) {
      BOOST_REQUIRE_LT(steps, 1000U);
      Attempt attempt(certificates);
      for (unsigned done = 0; done < steps && attempt.step(); ++done) continue;
      connected = attempt.asked;
      if (stopped) attempt.connection->stop();
      attempt.clock.advance(kDeadline);
      attempt.settle();
      BOOST_TEST(!attempt.asked_late, "given up after step " << steps);
      BOOST_TEST((attempt.received.find("the password") != std::string::npos) == attempt.asked);
    }
    BOOST_TEST(steps > 10U);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
