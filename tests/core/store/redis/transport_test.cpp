// A connection that is closed while it is being made is not made.

#include "core/store/redis/transport.h"

#include <unistd.h>

#include <optional>
#include <string>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/test/unit_test.hpp>

#include "core/run.h"
#include "tests/redis/sockets.h"

namespace session::test {
namespace {

using Done = Result<void, Broken>;

Task<> connect_into(Transport& transport, RedisAddress address, std::optional<Done>& outcome) {
  outcome.emplace(co_await transport.connect(std::move(address)));
}

// Begins to connect to where somebody listens, closes at once, and lets it come to its end.
Done connect_and_close(const RedisAddress& address) {
  boost::asio::io_context loop(1);
  const auto transport = Transport::make(loop.get_executor(), nullptr);
  std::optional<Done> outcome;
  boost::asio::co_spawn(loop, connect_into(*transport, address, outcome), boost::asio::detached);
  loop.poll();
  transport->close();
  loop.run();
  return outcome.value();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(redis_transport)

BOOST_AUTO_TEST_CASE(closing_ends_connecting_also_while_a_name_is_looked_up) {
  RedisAddress address{"127.0.0.1", 0};
  const int listener = listen_on(address);
  address.host = "localhost";
  BOOST_TEST(connect_and_close(address).has_error());
  close(listener);
}

BOOST_AUTO_TEST_CASE(nobody_listening_is_told_in_the_systems_words) {
  boost::asio::io_context loop(1);
  const auto transport = Transport::make(loop.get_executor(), nullptr);
  std::optional<Done> outcome;
  const RedisAddress nobody{.path = "/no/redis.sock"};
  boost::asio::co_spawn(loop, connect_into(*transport, nobody, outcome), boost::asio::detached);
  loop.run();
  BOOST_TEST(outcome.value().error().why == "No such file or directory");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
