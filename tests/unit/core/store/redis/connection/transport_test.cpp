// A connection that is closed while it is being made is not made; and each place that a name has gets its
// time.

#include "core/store/redis/connection/transport.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/test/unit_test.hpp>

#include "core/base/run.h"
#include "core/store/redis/connection/resolver.h"
#include "tests/support/fake_clock.h"
#include "tests/support/redis/sockets.h"

namespace session::test {
namespace {

using namespace std::chrono_literals;
using Done = Result<void, ConnectError>;

Clock::Steady in(const Clock& clock, milliseconds time) { return clock.steady_now() + time; }

Task<> connect_into(Transport& transport, RedisAddress address, Clock::Steady until,
                    std::optional<Done>& outcome) {
  outcome.emplace(co_await transport.connect(std::move(address), until));
}

std::unique_ptr<Transport> plain(boost::asio::io_context& loop, const Clock& clock = system_clock(),
                                 Resolver::LookUp how = look_up) {
  return Transport::make(loop.get_executor(), nullptr,
                         std::make_shared<Resolver>(loop.get_executor(), clock, std::move(how)), clock);
}

// What comes of connecting within that time. Of the clock's time a quarter of it passes whenever the loop has
// nothing to do. `took`: how much did.
Done connect_within(const RedisAddress& address, milliseconds time, Resolver::LookUp how = look_up,
                    milliseconds* took = nullptr) {
  boost::asio::io_context loop(1);
  FakeClock clock;
  const auto transport = plain(loop, clock, std::move(how));
  std::optional<Done> outcome;
  boost::asio::co_spawn(loop, connect_into(*transport, address, in(clock, time), outcome),
                        boost::asio::detached);
  while (!outcome) {
    if (loop.poll_one() != 0) continue;
    // What can be connected is, within this time; the rest never is.
    if (loop.run_one_for(100ms) != 0) continue;
    clock.advance(time / 4);
    if (took != nullptr) *took += time / 4;
  }
  return outcome.value();
}

Endpoint endpoint_of(const RedisAddress& address) {
  return boost::asio::ip::tcp::endpoint(boost::asio::ip::make_address(address.host), address.port);
}

// Somebody listens there, and takes no more connections: they are neither accepted nor refused.
class Full {
 public:
  Full() {
    sockaddr_in any{};
    any.sin_family = AF_INET;
    any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof any;
    const int listener = make();
    BOOST_REQUIRE(bind(listener, reinterpret_cast<const sockaddr*>(&any), sizeof any) == 0);
    BOOST_REQUIRE(listen(listener, 0) == 0);
    BOOST_REQUIRE(getsockname(listener, reinterpret_cast<sockaddr*>(&any), &size) == 0);
    for (int i = 0; i < 4; ++i) (void)connect(make(), reinterpret_cast<const sockaddr*>(&any), sizeof any);
    address.port = ntohs(any.sin_port);
  }
  Full(const Full&) = delete;
  Full& operator=(const Full&) = delete;
  ~Full() {
    for (const int fd : fds_) close(fd);
  }

  RedisAddress address{"127.0.0.1"};

 private:
  int make() { return fds_.emplace_back(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)); }
  std::vector<int> fds_;
};

Resolver::LookUp finds(std::vector<Endpoint> endpoints) {
  return [endpoints](RedisAddress) -> Task<Endpoints> { co_return endpoints; };
}

// Takes longer than any test.
Task<Endpoints> hang(RedisAddress) {
  co_await pause(1h);
  co_return ConnectError("too late");
}

// Begins to connect to where somebody listens, closes at once, and lets it come to its end.
Done connect_and_close(const RedisAddress& address) {
  boost::asio::io_context loop(1);
  const auto transport = plain(loop);
  std::optional<Done> outcome;
  boost::asio::co_spawn(loop, connect_into(*transport, address, in(system_clock(), 20s), outcome),
                        boost::asio::detached);
  loop.poll_one();  // up to the look-up: a machine that is slow right then would have the connection already
  transport->close();
  loop.run();
  return outcome.value();
}

// The first bytes of a TLS handshake with a server of that name, by a transport to where somebody listens.
std::string client_hello(const std::string& name) {
  RedisAddress address{"127.0.0.1", 0};
  const int listener = listen_on(address);
  boost::asio::io_context loop(1);
  RedisTls tls;
  tls.server_name = name;
  const auto resolver = std::make_shared<Resolver>(loop.get_executor(), system_clock());
  const auto transport =
      Transport::make(loop.get_executor(), make_tls_context(tls), resolver, system_clock());
  std::optional<Done> outcome;
  boost::asio::co_spawn(loop, connect_into(*transport, address, in(system_clock(), 20s), outcome),
                        boost::asio::detached);
  std::string hello;
  const std::jthread server([&] {
    const int client = accept(listener, nullptr, nullptr);
    hello = receive(client);
    close(client);
  });
  loop.run();
  close(listener);
  return hello;
}

// A transport that is connected, and its server's end, which the test has.
class Connected {
 public:
  using Received = Result<std::string_view, ConnectError>;

  explicit Connected(RedisAddress address) {
    const int listener = listen_on(address);
    std::optional<Done> outcome;
    boost::asio::co_spawn(loop_, connect_into(*transport, address, in(system_clock(), 20s), outcome),
                          boost::asio::detached);
    loop_.run();
    BOOST_REQUIRE(outcome.value().has_value());
    server_ = accept(listener, nullptr, nullptr);
    close(listener);
  }
  ~Connected() {
    end();
    transport->close();
    loop_.restart();
    loop_.poll();
  }
  Connected(const Connected&) = delete;
  Connected& operator=(const Connected&) = delete;

  // What the transport receives up to now: the bytes, "waits", or why it has ended.
  std::string receive(Transport::Due due) {
    received_.reset();
    boost::asio::co_spawn(loop_, receive_into(due), boost::asio::detached);
    return said();
  }
  std::string said() {
    loop_.restart();
    loop_.poll();
    if (!received_) return "waits";
    return *received_ ? std::string(**received_) : received_->error().why;
  }
  void say(std::string_view bytes) const {
    BOOST_REQUIRE(write(server_, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
  }
  void end() {
    if (server_ >= 0) close(server_);
    server_ = -1;
  }

 private:
  Task<> receive_into(Transport::Due due) { received_.emplace(co_await transport->receive(due)); }

  boost::asio::io_context loop_{1};
  std::optional<Received> received_;
  int server_ = -1;

 public:
  std::unique_ptr<Transport> transport = plain(loop_);
};

constexpr auto kDue = Transport::Due::something;
constexpr auto kNothingDue = Transport::Due::nothing;

}  // namespace

BOOST_AUTO_TEST_SUITE(redis_transport)

// --- Receiving ---

BOOST_AUTO_TEST_CASE(what_comes_is_received_whether_it_is_due_or_not) {
  Connected connected(RedisAddress{"127.0.0.1", 0});
  for (const auto due : {kDue, kNothingDue, kDue, kNothingDue}) {
    BOOST_TEST(connected.receive(due) == "waits");
    connected.say("+OK");
    BOOST_TEST(connected.said() == "+OK");
    connected.say("1");  // before anybody waits for it
    BOOST_TEST(connected.receive(due) == "1");
  }
  BOOST_TEST(connected.receive(kNothingDue) == "waits");
  connected.end();
  BOOST_TEST(connected.said() == "End of file");
}

BOOST_AUTO_TEST_CASE(
    an_end_that_came_with_bytes_is_seen_at_once_if_something_is_due_and_else_when_it_is_looked_for) {
  for (const auto due : {kDue, kNothingDue}) {
    Connected connected(RedisAddress{"127.0.0.1", 0});
    BOOST_TEST(connected.receive(kDue) == "waits");
    connected.say("+OK");
    connected.end();
    BOOST_TEST(connected.said() == "+OK");
    BOOST_TEST(connected.receive(due) == (due == kDue ? "End of file" : "waits"));
    if (due == kNothingDue) {
      connected.transport->look_for_end();
      BOOST_TEST(connected.said() == "End of file");
    }
  }
}

BOOST_AUTO_TEST_CASE(who_looks_for_the_end_of_what_goes_on_waits_on) {
  Connected connected(RedisAddress{"127.0.0.1", 0});
  connected.transport->look_for_end();
  BOOST_TEST(connected.receive(kDue) == "waits");
  for (int i = 0; i < 3; ++i) {
    connected.transport->look_for_end();
    BOOST_TEST(connected.said() == "waits");
  }
  connected.say("+OK");
  BOOST_TEST(connected.said() == "+OK");
  BOOST_TEST(connected.receive(kNothingDue) == "waits");
  connected.transport->look_for_end();
  connected.transport->close();
  BOOST_TEST(connected.said() != "waits");
}

// --- TLS ---

BOOST_AUTO_TEST_CASE(a_server_is_told_the_name_that_its_certificate_must_have_but_no_address) {
  BOOST_TEST(client_hello("redis.example").find("redis.example") != std::string::npos);
  BOOST_TEST(client_hello("127.0.0.7").find("127.0.0.7") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(no_version_below_1_2_is_offered) {
  // The extension supported_versions (RFC 8446, 4.2.1): 1.3 and 1.2.
  const std::string versions("\x00\x2b\x00\x05\x04\x03\x04\x03\x03", 9);
  BOOST_TEST((client_hello("redis.example").find(versions) != std::string::npos));
}

// --- Connecting ---

BOOST_AUTO_TEST_CASE(closing_ends_connecting_also_while_a_name_is_looked_up) {
  RedisAddress address{"127.0.0.1", 0};
  const int listener = listen_on(address);
  address.host = "localhost";
  BOOST_TEST(connect_and_close(address).has_error());
  close(listener);
}

BOOST_AUTO_TEST_CASE(a_place_that_answers_nothing_leaves_time_for_the_next) {
  const Full full;
  RedisAddress listening{"127.0.0.1", 0};
  const int listener = listen_on(listening);
  const RedisAddress name{"redis.example"};
  const auto found = {endpoint_of(full.address), endpoint_of(listening)};
  milliseconds took{0};
  BOOST_TEST(connect_within(name, 2s, finds(found), &took).has_value());
  BOOST_TEST(took.count() == 1000);  // its half
  close(listener);
}

BOOST_AUTO_TEST_CASE(places_that_answer_nothing_end_in_time) {
  const Full full;
  const RedisAddress name{"redis.example"};
  const Endpoint place = endpoint_of(full.address);
  const auto found = {place, place, place};
  BOOST_TEST(connect_within(name, 300ms, finds(found)).error().why == "no connection in time");
}

BOOST_AUTO_TEST_CASE(a_name_that_is_being_looked_up_ends_in_time) {
  const RedisAddress name{"redis.example"};
  BOOST_TEST(connect_within(name, 50ms, hang).error().why == "its name is still being looked up");
}

BOOST_AUTO_TEST_CASE(nobody_listening_is_told_in_the_systems_words) {
  boost::asio::io_context loop(1);
  const auto transport = plain(loop);
  std::optional<Done> outcome;
  const RedisAddress nobody{.path = "/no/redis.sock"};
  boost::asio::co_spawn(loop, connect_into(*transport, nobody, in(system_clock(), 20s), outcome),
                        boost::asio::detached);
  loop.run();
  BOOST_TEST(outcome.value().error().why == "No such file or directory");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
